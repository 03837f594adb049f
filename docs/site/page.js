import { decodeFrame, timeline } from '../../dist/protocol/index.js'
import { eventsOf } from './input.js'
import { lanes } from './lanes.js'

/** Rows shown at a time, and bytes of a channel: a browser is slow with more. */
const page = 1000
const maxContent = 256 * 1024

const byId = (id) => document.getElementById(id)
const arrows = { in: '<', out: '>' }

byId('form').addEventListener('submit', (event) => {
  event.preventDefault()
  show(byId('input').value)
})
byId('file').addEventListener('change', ({ target }) => read(target.files[0]))
document.addEventListener('dragover', (event) => {
  event.preventDefault()
  byId('form').classList.add('over')
})
document.addEventListener('dragleave', () => byId('form').classList.remove('over'))
document.addEventListener('drop', (event) => {
  event.preventDefault()
  byId('form').classList.remove('over')
  const [file] = event.dataTransfer.files
  if (file === undefined) show(event.dataTransfer.getData('text'))
  else void read(file)
})

async function read(file) {
  if (file !== undefined) show(await file.text())
}

/** What `podwire trace show --web` has beside the page. */
async function readOwnTrace() {
  const response = await fetch('trace.jsonl').catch(() => null)
  if (response?.ok) show(await response.text())
}

function show(text) {
  try {
    const events = eventsOf(text, byId('subprotocol').value)
    const rows = timeline(events)
    byId('summary').replaceChildren(...summary(events, rows))
    byId('lanes').replaceChildren(lanes(rows))
    byId('contents').replaceChildren(...contents(events, rows))
    filter(rows)
    byId('notice').textContent = ''
    byId('result').hidden = false
  } catch (error) {
    byId('notice').textContent = error.message
    byId('result').hidden = true
  }
}

function summary(events, rows) {
  const [opening] = rows
  const status = rows.findLast(({ what, detail }) => what === 'status' && detail !== '')
  const end = rows.find(({ what }) => what === 'end')
  const messages = (direction) => {
    const own = rows.filter((row) => row.size !== null && row.direction === direction)
    return `${own.length} messages, ${own.reduce((sum, row) => sum + row.size, 0)} bytes`
  }
  return [
    ['request', opening.detail],
    ['recorded', events[0].started || 'bytes without a time'],
    ['received', messages('in')],
    ['sent', messages('out')],
    ['outcome', status?.detail ?? 'no status'],
    ['end', end?.detail ?? 'not recorded'],
  ].flatMap(([name, value]) => [element('dt', name), element('dd', value)])
}

function filter(rows) {
  const kinds = [...new Set(rows.map(({ what }) => what))]
  const chosen = new Set(kinds)
  const update = () => list(rows.filter(({ what }) => chosen.has(what)))
  const boxes = kinds.map((kind) => {
    const box = element('input', '')
    box.type = 'checkbox'
    box.checked = true
    box.addEventListener('change', () => {
      if (box.checked) chosen.add(kind)
      else chosen.delete(kind)
      update()
    })
    const label = element('label', ` ${kind} `)
    label.prepend(box)
    return label
  })
  byId('filters').replaceChildren(...boxes)
  update()
}

function list(rows) {
  const body = byId('rows')
  const more = byId('more')
  body.replaceChildren()
  const add = () => {
    const start = body.rows.length
    body.append(...rows.slice(start, start + page).map(rowElement))
    more.hidden = body.rows.length >= rows.length
  }
  more.onclick = add
  add()
}

function rowElement({ time, direction, what, size, detail }) {
  const row = element('tr', '')
  const cells = [time.toFixed(3), direction && arrows[direction], what, size, detail]
  row.append(...cells.map((cell) => element('td', cell ?? '')))
  return row
}

/** What went over each channel, put together again. */
function contents(events, rows) {
  const { subprotocol } = events[0]
  const channels = new Map()
  for (const [index, { type, direction, message }] of events.entries()) {
    if (type !== 'message' || message === undefined) continue
    const frame = decodeFrame(message, subprotocol)
    if (frame?.payload === undefined || frame.payload.length === 0) continue
    const name = `${arrows[direction]} ${rows[index].what}`
    const channel = channels.get(name) ?? { decoder: new TextDecoder(), text: '', size: 0 }
    channels.set(name, channel)
    channel.size += frame.payload.length
    if (channel.size <= maxContent) {
      channel.text += channel.decoder.decode(frame.payload, { stream: true })
    }
  }
  return [...channels].flatMap(([name, { text, size }]) => {
    const rest = size > maxContent ? ', the beginning' : ''
    return [element('h3', `${name}: ${size} bytes${rest}`), element('pre', text)]
  })
}

function element(name, text) {
  const node = document.createElement(name)
  node.textContent = text
  return node
}

void readOwnTrace()
