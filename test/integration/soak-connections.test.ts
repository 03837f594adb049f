import { expect, it } from 'vitest'
import { connect } from '../../src/index.ts'
import { Connections } from '../soak/connections.ts'
import { Relay } from '../support/relay.ts'
import { testCluster } from '../support/test-cluster.ts'

it('the soak sees every socket, on every side, and whose it is', async () => {
  await using t = await testCluster()
  const { ca, token, url } = t.server
  const port = Number(new URL(url).port)
  const connections = new Connections(port)
  await using relay = await connections.of(7, () => Relay.start(port))
  const server = `https://127.0.0.1:${relay.port}`
  const cluster = await connect({ server, tls: { ca }, auth: { token } })
  const remote = await connections.of(7, () => cluster.pod('web-0').spawn(['sleep', '60']))
  const owners = () =>
    connections
      .describe()
      .map((line) => line.split(',', 2).join())
      .toSorted()
  expect(owners()).toEqual([
    'a socket of the client, session 7',
    'a socket of the relay, session 7',
    'a socket of the relay, session 7',
    'a socket of the server, session 7',
  ])
  await remote.close()
  await expect.poll(owners).toEqual([])
  connections.close()
})
