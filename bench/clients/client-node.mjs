import { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { Exec, KubeConfig } from '@kubernetes/client-node'

export async function open({ host, ca, token }) {
  const config = new KubeConfig()
  config.loadFromOptions({
    clusters: [
      { name: 'bench', server: `https://${host}`, caData: Buffer.from(ca).toString('base64') },
    ],
    users: [{ name: 'bench', token }],
    contexts: [{ name: 'bench', cluster: 'bench', user: 'bench' }],
    currentContext: 'bench',
  })
  return new Client(new Exec(config))
}

class Client {
  #exec

  constructor(exec) {
    this.#exec = exec
  }

  async run(command) {
    await this.#ended(command, discard(), null)
  }

  async pipe(command, sink) {
    await this.#ended(command, sink, null)
    sink.end()
    await finished(sink)
  }

  async write(command, source) {
    await this.#ended(command, discard(), source)
  }

  #ended(command, stdout, stdin) {
    return new Promise((resolve, reject) => {
      let status
      this.#exec
        .exec('default', 'web-0', '', command, stdout, discard(), stdin, false, (known) => {
          status = known
        })
        .then((webSocket) => {
          webSocket.once('close', () => {
            if (status?.status === 'Success') resolve()
            else reject(new Error(status?.message ?? 'closed without a status'))
          })
        }, reject)
    })
  }
}

function discard() {
  return new Writable({ write: (_chunk, _encoding, callback) => callback() })
}
