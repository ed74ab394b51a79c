"""People answer from where they are: by the signed links of a message, and by Slack's buttons.

Both lead to `daemon.controls.say`, as the command line does. Nothing but a POST, or a click that Slack vouches for, ever
changes anything: mail scanners and previews follow links.

- tickets: what a link allows, signed and for three days
- offering: the links of a message, made while it is delivered, so that no secret is ever stored
- desk: a reply is kept once, whatever comes twice
- form, page, web: what a browser sends and sees
- slack_signature, slack_clicks, slack_socket: what Slack sends
- serving: listens as the configuration of the day wants it
"""
