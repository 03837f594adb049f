// Writes the worked examples of docs/PROTOCOL.md from fixtures/frames and fixtures/vectors, so that they cannot differ
// from what was recorded. `--check` only compares.
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')
const read = (path) => JSON.parse(readFileSync(resolve(root, 'fixtures', path), 'utf8'))

/** @param {string} file @param {string} name */
function recording(file, name) {
  const found = read(`frames/${file}.json`).find((session) => session.name === name)
  if (found === undefined) throw new Error(`no recording ${name} in ${file}.json`)
  return found
}

/** @param {string} id such as `close/v5-0` */
function vector(id) {
  const found = read(`vectors/${id.split('/')[0]}.json`).vectors.find((one) => one.id === id)
  if (found === undefined) throw new Error(`no vector ${id}`)
  return found
}

const names = ['stdin', 'stdout', 'stderr', 'status', 'size']

/** @param {Buffer} bytes */
function spaced(bytes) {
  const hex = bytes.toString('hex').replaceAll(/(..)(?!$)/g, '$1 ')
  const most = 24
  return bytes.length > most ? `${hex.slice(0, most * 3 - 1)} … (${bytes.length} bytes)` : hex
}

/** @param {Buffer} payload */
function shown(payload) {
  if (payload.length === 0) return 'no payload'
  return JSON.stringify(payload.toString('utf8')).replaceAll('\\"', '"').slice(1, -1)
}

/** @param {string} mark @param {{ binary?: string, hex?: string, text?: string }} message @param {string} [note] */
function line(mark, message, note) {
  const { binary = message.hex, text } = message
  if (text !== undefined) {
    const payload = Buffer.from(text.slice(1), 'base64')
    const channel = names[text.charCodeAt(0) - 48]
    const cut = text.length > 40 ? `${text.slice(0, 40)}… (${text.length} characters)` : text
    return `${mark} text ${cut}\n     ${note ?? channel}: ${shown(payload)}`
  }
  const bytes = Buffer.from(binary, 'hex')
  const channel = bytes[0] === 255 ? 'CLOSE' : names[bytes[0]]
  const end = bytes[0] === 255 ? `: ${names[bytes[1]]} ends` : `: ${shown(bytes.subarray(1))}`
  return `${mark} ${spaced(bytes)}\n     ${note ?? channel}${end}`
}

/** @param {{ messages: object[], close: { code: number } | null, recordedFrom: string }} session */
function session({ messages, close, recordedFrom }, sent = {}) {
  const lines = messages.flatMap((message, index) => [
    ...(sent[index] ?? []),
    line('<', message, isEmpty(message) ? `ready, ${channelOf(message)}` : undefined),
  ])
  const end = close === null ? '< (the connection ends without a Close)' : `< Close ${close.code}`
  return `${[...lines, end].join('\n')}\n\n     (${recordedFrom})`
}

/** @param {{ hex?: string, text?: string }} message */
const isEmpty = ({ hex, text }) => (hex === undefined ? text.length === 1 : hex.length === 2)

function channelOf({ hex, text }) {
  return names[hex === undefined ? text.charCodeAt(0) - 48 : Number.parseInt(hex.slice(0, 2), 16)]
}

/** The sample of RFC 6455. */
const key = 'dGhlIHNhbXBsZSBub25jZQ=='
const accept = createHash('sha1')
  .update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
  .digest('base64')

function handshake() {
  const { path, query } = vector('request/exec').expected
  const pairs = Object.entries(query).flatMap(([name, values]) => values.map((v) => `${name}=${v}`))
  const { offer } = vector('choice/exec').expected
  return `> GET ${path}?${pairs.join('&')} HTTP/1.1
> Host: kubernetes
> Authorization: Bearer …
> Connection: Upgrade
> Upgrade: websocket
> Sec-WebSocket-Version: 13
> Sec-WebSocket-Key: ${key}
> Sec-WebSocket-Protocol: ${offer}
>
< HTTP/1.1 101 Switching Protocols
< Upgrade: websocket
< Connection: Upgrade
< Sec-WebSocket-Accept: ${accept}
< Sec-WebSocket-Protocol: ${offer}
<`
}

/** A binary message as the frame that a client makes of it: FIN and opcode 2, mask bit and length, mask, masked bytes. */
function clientFrame(binary) {
  const mask = Buffer.from('37fa213d', 'hex')
  const bytes = Buffer.from(binary, 'hex').map((byte, index) => byte ^ mask[index % 4])
  return Buffer.concat([Buffer.of(0x82, 0x80 | bytes.length), mask, bytes])
}

const cat = vector('encode/v5.channel.k8s.io-stdin').expected.message
const close = vector('close/v5-0').expected.message
const resize = `04${Buffer.from(JSON.stringify(vector('resize/usual').expected.size)).toString('hex')}`
const tunnelled = vector('tunnel/server')

const examples = [
  ['The handshake', handshake()],
  [
    'On the wire',
    `message   ${spaced(Buffer.from(cat.binary, 'hex'))}
client    ${spaced(clientFrame(cat.binary))}     masked with 37 fa 21 3d
server    ${spaced(Buffer.concat([Buffer.of(0x82, cat.binary.length / 2), Buffer.from(cat.binary, 'hex')]))}                 if it sent the same`,
  ],
  [
    'Output, then exit code 3, over v4',
    session(recording('conformance', 'exit code 3, /l, v4.channel.k8s.io')),
  ],
  [
    'Stdin that ends, over v5',
    session(recording('v5', 'stdin echoed, then ended by CLOSE'), {
      1: [line('>', { binary: `00${Buffer.from('ab').toString('hex')}` })],
      2: [line('>', close)],
    }),
  ],
  ['The same status in base64', session(recording('base64', 'v4: output, then exit code 3'))],
  ['Exit code 3 over v1', session(recording('v1', 'exit code 3, as text'))],
  ['The size of a terminal', line('>', { binary: resize })],
  [
    'A lost kubelet: v5 on 1.35',
    session(recording('cluster', 'a killed kubelet reads as success')),
  ],
  ['The same loss: v4', session(recording('cluster', 'a killed kubelet cuts the connection'))],
  [
    'Port-forward by channels',
    vector('forward/http')
      .input.steps.map((step, index) => {
        if ('close' in step) return `< Close ${step.close[0]}`
        const bytes = Buffer.from(step.binary, 'hex')
        const what = ['port 18199, data', 'port 18199, errors'][index]
        return `< ${spaced(bytes)}\n     ${what ?? `data of port 18199: ${shown(bytes.subarray(1))}`}`
      })
      .join('\n'),
  ],
  [
    'Port-forward by tunnel, what a server answers',
    `${splitFrames(Buffer.from(tunnelled.input.chunks[0], 'hex'))
      .map(
        (bytes, index) =>
          `< ${spaced(bytes)}\n     ${frameWords(tunnelled.expected.frames[index])}`,
      )
      .join('\n')}`,
  ],
]

/** @param {Buffer} bytes */
function splitFrames(bytes) {
  const frames = []
  for (let at = 0; at < bytes.length; ) {
    const end = at + 8 + bytes.readUIntBE(at + 5, 3)
    frames.push(bytes.subarray(at, end))
    at = end
  }
  return frames
}

function frameWords({ type, stream, id, fin, payload, headers }) {
  if (type === 'PING') return `PING ${id}`
  if (type === 'SYN_REPLY') return `SYN_REPLY, stream ${stream}, ${headers.length} headers`
  const text = payload === '' ? 'no payload' : shown(Buffer.from(payload, 'hex'))
  return `data of stream ${stream}: ${text}${fin ? ', FIN' : ''}`
}

const text = examples
  .map(([title, example]) => `### ${title}\n\n\`\`\`text\n${example}\n\`\`\`\n`)
  .join('\n')
const path = resolve(root, 'docs/PROTOCOL.md')
const document = readFileSync(path, 'utf8')
const [begin, end] = ['<!-- examples -->\n', '<!-- /examples -->']
const before = document.slice(0, document.indexOf(begin) + begin.length)
const after = document.slice(document.indexOf(end))
const written = `${before}\n${text}\n${after}`
if (process.argv[2] !== '--check') writeFileSync(path, written)
else if (written !== document) {
  console.error('docs/PROTOCOL.md is not up to date: run node scripts/protocol-examples.mjs')
  process.exitCode = 1
}
