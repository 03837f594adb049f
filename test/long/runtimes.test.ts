import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TestServer } from '../../src/testing/index.ts'
import { npmProgram } from '../support/npm-program.ts'
import { ExampleProject, expected, scenarioServer } from '../support/protocol-example.ts'

const versions = { deno: '2.9.6', bun: '1.4.5' }
const entry = resolve(import.meta.dirname, '../../dist/protocol/index.js')

const runtimes = [
  {
    name: 'deno',
    args: ['run', '--quiet', '--allow-net=127.0.0.1', '--no-prompt', '--no-lock', 'main.js'],
    trust: 'DENO_CERT',
  },
  { name: 'bun', args: ['main.js'], trust: 'NODE_EXTRA_CA_CERTS' },
] as const

for (const { name, args, trust } of runtimes) {
  const { path: program, missing } = npmProgram(name, versions[name])
  describe.skipIf(missing !== null)(`podwire/protocol in ${missing ?? name}`, () => {
    let server: TestServer
    let project: ExampleProject
    beforeAll(async () => {
      server = await scenarioServer()
      project = new ExampleProject()
      const imports = { 'podwire/protocol': pathToFileURL(entry) }
      project.write('deno.json', JSON.stringify({ imports }))
      project.write('ca.pem', server.ca)
      const call = [server.url.replace('https', 'wss'), server.token]
        .map((argument) => JSON.stringify(argument))
        .join(', ')
      project.write(
        'main.js',
        `import { run } from './scenario.js'\nconsole.log(JSON.stringify(await run(${call})))\n`,
      )
    })
    afterAll(async () => {
      project?.remove()
      await server?.close()
    })

    it('the documented example runs over its WebSocket', async () => {
      const { stdout } = await promisify(execFile)(program, [...args], {
        cwd: project.folder,
        env: { PATH: process.env['PATH'], HOME: project.folder, [trust]: 'ca.pem' },
        timeout: 60_000,
      })
      expect(JSON.parse(stdout)).toEqual(expected)
    })
  })
}
