import type { ClientOptions, Cluster, Pod } from '../../src/index.ts'
import { connect } from '../../src/index.ts'
import type { TestServer, TestServerOptions } from '../../src/testing/index.ts'
import { createTestServer } from '../../src/testing/index.ts'

/** A test server and a client of it; closed by `await using` or by `close()`. */
export interface TestCluster extends AsyncDisposable {
  readonly server: TestServer
  readonly cluster: Cluster
  /** web-0, container app. */
  readonly pod: Pod
}

export async function testCluster(
  options: TestServerOptions = {},
  client: ClientOptions = {},
): Promise<TestCluster> {
  const server = await createTestServer(options)
  const { url, ca, token } = server
  const cluster = await connect({ server: url, tls: { ca }, auth: { token }, ...client })
  const pod = cluster.pod('web-0', { container: 'app' })
  return { server, cluster, pod, [Symbol.asyncDispose]: () => server.close() }
}
