// The server of all transfers, a process of its own: exec sessions over v4 and v5, whose "commands" are
//   source BYTES FRAME   writes BYTES of stdout in messages of FRAME bytes, as fast as the socket takes them
//   sink BYTES RATE      takes BYTES of stdin, at most RATE bytes per second (0: as fast as they come)
//   true                 ends at once
import { createServer } from 'node:https'
import { Sender, WebSocketServer } from 'ws'
import { Pace } from './pace.mjs'

const channel = { stdin: 0, stdout: 1, status: 3, close: 255 }
const batch = 256 * 1024

process.once('message', ({ cert, key }) => {
  const server = createServer({ cert, key })
  const webSockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: 32 * 1024 * 1024,
    handleProtocols: (offered) =>
      ['v5.channel.k8s.io', 'v4.channel.k8s.io'].find((known) => offered.has(known)) ?? false,
  })
  server.on('upgrade', (request, socket, head) => {
    const { searchParams } = new URL(request.url, 'https://server')
    const [name, ...args] = searchParams.getAll('command')
    webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      webSocket.on('error', () => {})
      // The first message of every session.
      webSocket.send(Uint8Array.of(channel.stdout))
      commands[name](webSocket, socket, ...args.map(Number))
    })
  })
  server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }))
})
process.once('disconnect', () => process.exit())

const commands = {
  source(webSocket, socket, bytes, frame) {
    const message = Buffer.alloc(frame + 1, 'x')
    message[0] = channel.stdout
    // Many messages per write, so that the server is not what is measured.
    const perBatch = Math.ceil(batch / frame)
    const framed = Buffer.concat(frames(message))
    const full = Buffer.concat(Array(perBatch).fill(framed))
    let left = Math.ceil(bytes / frame)
    const write = () => {
      while (left > 0) {
        const count = Math.min(left, perBatch)
        left -= count
        if (!socket.write(full.subarray(0, count * framed.length))) return
      }
      socket.off('drain', write)
      finish(webSocket)
    }
    socket.on('drain', write)
    write()
  },

  sink(webSocket, _socket, bytes, rate) {
    const pace = new Pace(rate)
    let taken = 0
    let paused = false
    webSocket.on('message', (data) => {
      if (data[0] === channel.close) {
        finish(webSocket, taken === bytes ? null : `got ${taken} bytes of stdin, not ${bytes}`)
        return
      }
      taken += data.length - 1
      const ahead = pace.take(data.length - 1)
      if (ahead === 0 || paused) return
      paused = true
      webSocket.pause()
      setTimeout(() => {
        paused = false
        webSocket.resume()
      }, ahead)
    })
  },

  true(webSocket) {
    finish(webSocket)
  },
}

function frames(message) {
  return Sender.frame(message, { fin: true, opcode: 2, mask: false, readOnly: true, rsv1: false })
}

function finish(webSocket, failure = null) {
  const status =
    failure === null
      ? { metadata: {}, status: 'Success' }
      : { metadata: {}, status: 'Failure', reason: 'InternalError', message: failure }
  webSocket.send(Buffer.concat([Buffer.of(channel.status), Buffer.from(JSON.stringify(status))]))
  webSocket.close(1000)
}
