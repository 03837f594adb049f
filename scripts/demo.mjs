// `npm run demo`: a command run the way a program would, against a small API server on this machine:
// kubeconfig, TLS, WebSocket, a real process, its output and its exit code.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'podwire'
import { createTestServer } from 'podwire/testing'

const command = [
  'sh',
  '-c',
  'echo "hello from process $$"; echo "something to complain about" >&2; exit 7',
]

const folder = await mkdtemp(join(tmpdir(), 'podwire-demo-'))
const server = await createTestServer()
try {
  const kubeconfig = join(folder, 'kubeconfig')
  await server.writeKubeconfig(kubeconfig)
  console.log(`API server   ${server.url}`)
  console.log(`kubeconfig   ${kubeconfig}`)

  const cluster = await connect({ kubeconfig })
  const pod = cluster.pod('web-0', { container: 'app' })
  const started = performance.now()
  const { exitCode, stdout, stderr, protocol } = await pod.exec(command)
  const milliseconds = (performance.now() - started).toFixed(1)

  console.log(`command      ${command.map((argument) => JSON.stringify(argument)).join(' ')}`)
  console.log(`protocol     ${protocol}`)
  console.log(`stdout       ${JSON.stringify(stdout)}`)
  console.log(`stderr       ${JSON.stringify(stderr)}`)
  console.log(`exit code    ${exitCode}`)
  console.log(`time         ${milliseconds} ms`)
  if (exitCode !== 7) throw new Error(`expected exit code 7, not ${exitCode}`)
} finally {
  await server.close()
  await rm(folder, { recursive: true })
}
