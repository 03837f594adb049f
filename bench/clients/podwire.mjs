import { pipeline } from 'node:stream/promises'
import { connect } from '../../dist/index.js'

export async function open({ host, ca, token }, options) {
  const config = { server: `https://${host}`, tls: { ca }, auth: { token } }
  const cluster = await connect({ ...config, ...options })
  return new Client(cluster.pod('web-0'))
}

class Client {
  #pod

  constructor(pod) {
    this.#pod = pod
  }

  async run(command) {
    await this.#pod.exec(command, { check: true })
  }

  async read(command, onChunk) {
    const remote = await this.#pod.spawn(command)
    remote.stdout.on('data', onChunk)
    await succeeded(remote)
  }

  async pipe(command, sink) {
    const remote = await this.#pod.spawn(command)
    await pipeline(remote.stdout, sink)
    await succeeded(remote)
  }

  async write(command, source) {
    const remote = await this.#pod.spawn(command, { stdin: true })
    await pipeline(source, remote.stdin)
    await succeeded(remote)
  }
}

async function succeeded(remote) {
  const { exitCode } = await remote.exit
  if (exitCode !== 0) throw new Error(`exit code ${exitCode}`)
}
