// podwire's own test server, which kubectl takes for a cluster, in a process of its own.
import { createTestServer } from '../../dist/testing/index.js'

const server = await createTestServer()
await server.writeKubeconfig(process.argv[2])
process.send({ host: new URL(server.url).host, ca: server.ca, token: server.token })
process.once('disconnect', () => server.close())
