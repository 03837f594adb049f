import type { RequestListener } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ApiServer } from '../../../src/transport/api-server.ts'
import { endpointOf } from '../../../src/transport/endpoint.ts'

/** A server that may answer anything at all, and a client of it. */
export interface PlainServer extends AsyncDisposable {
  readonly api: ApiServer
  /** Paths and queries, the oldest first. */
  readonly paths: readonly string[]
}

export async function plainServer(handler: RequestListener): Promise<PlainServer> {
  const paths: string[] = []
  const server = createServer((request, response) => {
    paths.push(request.url ?? '')
    handler(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const endpoint = endpointOf({ server: `http://127.0.0.1:${port}` }, true)
  const credentials = { refreshable: false, credential: async () => ({}) }
  const api = new ApiServer(endpoint, credentials, { handshakeTimeout: 2_000 })
  return {
    api,
    paths,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
