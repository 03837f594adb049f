import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import type { AttachOptions, PodwireError } from '../../src/index.ts'
import { connect } from '../../src/index.ts'
import type { ProcessHandler, TestServerOptions } from '../../src/testing/index.ts'
import { createTestServer } from '../../src/testing/index.ts'
import { rejection } from '../support/rejection.ts'

/** Answers each line on both outputs, and ends at `bye`. */
const answering: ProcessHandler = async ({ stdin, stdout, stderr }) => {
  for await (const chunk of stdin) {
    const line = String(chunk).trim()
    stdout.write(`got ${line}\n`)
    stderr.write(`err ${line}\n`)
    if (line === 'bye') return 7
  }
  return 0
}

async function open(options: TestServerOptions = {}) {
  const server = await createTestServer({
    pods: [
      {
        name: 'web-0',
        containers: [
          { name: 'quiet', attach: ({ stdout, stderr }) => void (stdout.write('out\n'), stderr.write('err\n')) },
          { name: 'asking', stdin: true, attach: answering },
          { name: 'shell', stdin: true, tty: true, attach: answering },
          { name: 'once', stdin: true, stdinOnce: true, attach: answering },
        ],
      },
    ],
    ...options,
  })
  const { url, ca, token } = server
  const cluster = await connect({ server: url, tls: { ca }, auth: { token } })
  const attach = (more: AttachOptions) => cluster.pod('web-0').attach(more)
  return { server, cluster, attach, [Symbol.asyncDispose]: () => server.close() }
}

describe('attach', () => {
  it('to a container without stdin', async () => {
    await using test = await open()
    const remote = await test.attach({})
    expect(remote).toMatchObject({ kind: 'attach', tty: false, stdin: null, protocol: 'v4.channel.k8s.io' })
    expect(await text(remote.stdout!)).toBe('out\n')
    expect(await remote.exit).toEqual({ exitCode: null, status: { metadata: {}, status: 'Success' }, verified: false })
  })

  it('with stdin', async () => {
    await using test = await open()
    const remote = await test.attach({ container: 'asking', stdin: true })
    expect(remote).toMatchObject({ tty: false, protocol: 'v5.channel.k8s.io', canEndStdin: true })
    remote.stdin?.write('one')
    expect(String((await once(remote.stdout!, 'data'))[0])).toBe('got one\n')
    remote.stdin?.write('bye')
    expect((await remote.exit).exitCode).toBe(null)
  })
})
