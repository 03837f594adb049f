// What a careful programmer writes over `ws` alone: pause and resume by what the consumer says, and a gate on
// bufferedAmount for stdin. The reference of the budgets.
import { once } from 'node:events'
import { Readable } from 'node:stream'
import { finished, pipeline } from 'node:stream/promises'
import { WebSocket } from 'ws'

const channel = { stdin: 0, stdout: 1, status: 3, close: 255 }
const maxBuffered = 1024 * 1024

export async function open(target) {
  return new Client(target)
}

class Client {
  #target

  constructor(target) {
    this.#target = target
  }

  async run(command) {
    await this.#ended(this.#dial(command), () => {})
  }

  async read(command, onChunk) {
    await this.#ended(this.#dial(command), onChunk)
  }

  async pipe(command, sink) {
    const webSocket = this.#dial(command)
    let paused = false
    const resume = () => {
      paused = false
      webSocket.resume()
    }
    await this.#ended(webSocket, (payload) => {
      if (sink.write(payload) || paused) return
      paused = true
      webSocket.pause()
      sink.once('drain', resume)
    })
    sink.end()
    await finished(sink)
  }

  /** The same through a Readable of the simplest kind. */
  async pipeReadable(command, sink) {
    const webSocket = this.#dial(command)
    const stdout = new Readable({ read: () => webSocket.readyState === 1 && webSocket.resume() })
    const ended = this.#ended(webSocket, (payload) => {
      if (!stdout.push(payload)) webSocket.pause()
    })
    await Promise.all([pipeline(stdout, sink), ended.then(() => stdout.push(null))])
  }

  async write(command, source) {
    const webSocket = this.#dial(command, true)
    const ended = this.#ended(webSocket, () => {})
    await Promise.race([once(webSocket, 'open'), ended])
    const onSent = () => {
      if (source.isPaused() && webSocket.bufferedAmount <= maxBuffered / 2) source.resume()
    }
    source.on('data', (chunk) => {
      const message = Buffer.allocUnsafe(chunk.length + 1)
      message[0] = channel.stdin
      message.set(chunk, 1)
      webSocket.send(message, onSent)
      if (webSocket.bufferedAmount > maxBuffered) source.pause()
    })
    source.once('end', () => webSocket.send(Uint8Array.of(channel.close, channel.stdin)))
    await ended
  }

  #dial(command, stdin = false) {
    const { host, ca, token } = this.#target
    const url = new URL(`wss://${host}/api/v1/namespaces/default/pods/web-0/exec`)
    for (const word of command) url.searchParams.append('command', word)
    url.searchParams.set('stdout', 'true')
    url.searchParams.set('stderr', 'true')
    if (stdin) url.searchParams.set('stdin', 'true')
    return new WebSocket(url, [stdin ? 'v5.channel.k8s.io' : 'v4.channel.k8s.io'], {
      ca,
      headers: { Authorization: `Bearer ${token}` },
      perMessageDeflate: false,
    })
  }

  #ended(webSocket, onOutput) {
    return new Promise((resolve, reject) => {
      let status
      webSocket.on('message', (data) => {
        if (data.length < 2) return
        if (data[0] === channel.stdout) onOutput(data.subarray(1))
        else if (data[0] === channel.status) status = JSON.parse(data.toString('utf8', 1))
      })
      webSocket.once('error', reject)
      webSocket.once('close', (code) => {
        if (status?.status === 'Success') resolve()
        else reject(new Error(status?.message ?? `closed with ${code} and without a status`))
      })
    })
  }
}
