// Helps make_message_pictures.py with what only npm packages can: `slack` turns a file of messages (JSON) into HTML,
// `shrink FILE ...` writes pictures anew with at most 256 colours.
const fs = require("fs")

function slack([file]) {
  const React = require("react")
  const { renderToStaticMarkup } = require("react-dom/server")
  const { Message } = require("slack-blocks-to-jsx")
  const messages = JSON.parse(fs.readFileSync(file, "utf8"))
  const dot = "data:image/svg+xml," + encodeURIComponent(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 36 36"><rect width="36" height="36" rx="6" fill="#1f4e79"/><path d="M7 24l7-9 5 5 9-12" fill="none" stroke="#fff" stroke-width="3"/></svg>')
  const html = messages.map(({ blocks, time }) => renderToStaticMarkup(React.createElement(Message, {
    blocks, name: "channelwatch", logo: dot, time: new Date(time), withoutWrapper: false,
    data: { users: [{ id: "U024BE7LH", name: "ana" }], channels: [], user_groups: [] },
  })))
  process.stdout.write(JSON.stringify(html))
}

function shrink(files) {
  const upng = require("upng-js")
  for (const file of files) {
    const picture = upng.decode(fs.readFileSync(file))
    const small = upng.encode(upng.toRGBA8(picture), picture.width, picture.height, 256)
    fs.writeFileSync(file, Buffer.from(small))
  }
}

const [what, ...files] = process.argv.slice(2)
if (what === "slack") slack(files)
else shrink(files)
