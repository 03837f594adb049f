import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createCertificateAuthority } from '../dist/testing/certificate.js'

/** Starts the server process; `target` is what a client has to know. */
export async function startServer() {
  const authority = createCertificateAuthority()
  const child = fork(new URL('server.mjs', import.meta.url))
  child.send(authority.issueServerCertificate({ names: ['127.0.0.1'] }))
  const [{ port }] = await once(child, 'message')
  const target = { host: `127.0.0.1:${port}`, ca: authority.cert, token: 'bench' }
  return { target, stop: () => child.disconnect() }
}
