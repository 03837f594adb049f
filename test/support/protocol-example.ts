import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect } from 'vitest'
import type { TestServer } from '../../src/testing/index.ts'
import { createTestServer } from '../../src/testing/index.ts'
import { rowsOf } from '../vectors/vectors.ts'

const root = resolve(import.meta.dirname, '../..')

/** The example of docs/protocol-api.md. */
export function exampleCode(): string {
  const [, code] =
    /^```js\n([\s\S]*?)^```$/m.exec(readFileSync(join(root, 'docs/protocol-api.md'), 'utf8')) ?? []
  if (code === undefined) throw new Error('docs/protocol-api.md has no example')
  return code
}

const vectors = rowsOf('encode', 'decode', 'session').map(([, , vector]) => vector)

/** The codec's vectors in any runtime. */
export const codecVectors = readFileSync(join(import.meta.dirname, 'codec-vectors.mjs'), 'utf8')

/** What the example is asked to do, in any runtime: `run(server, token)` gives what each call came to. */
export const scenario = `
import { check } from './codec-vectors.js'
import { exec } from './example.js'

const vectors = ${JSON.stringify(vectors)}

export async function run(server, token) {
  const outcome = async (command, stdin) => {
    const output = { 1: [], 2: [] }
    const take = (channel, bytes) => output[channel].push(...bytes)
    const pod = { server, token, namespace: 'default', pod: 'web-0', container: 'app' }
    const exitCode = await exec({ ...pod, command, stdin, onOutput: take }).catch(String)
    const text = (bytes) => new TextDecoder().decode(Uint8Array.from(bytes))
    return [exitCode, text(output[1]), text(output[2])]
  }
  const every = Uint8Array.from({ length: 100_000 }, (_, index) => index)
  return {
    vectors: check(vectors),
    exit: await outcome(['sh', '-c', 'echo out; echo err >&2; exit 3']),
    success: await outcome(['echo', 'é 😀']),
    stdin: await outcome(['sh', '-c', 'cksum | cut -d" " -f2'], every),
    empty: await outcome(['wc', '-c'], new Uint8Array()),
    unknown: await outcome(['no-such-program']),
    lost: await outcome(['echo', 'lost']),
    broken: await outcome(['echo', 'broken']),
    refused: await exec({ server, token: 'wrong', namespace: 'default', pod: 'web-0', command: ['true'], onOutput() {} }),
  }
}
`

export const expected = {
  vectors: { count: vectors.length, wrong: [] },
  exit: [3, 'out\n', 'err\n'],
  success: [0, 'é 😀\n', ''],
  stdin: [0, '100000\n', ''],
  empty: [0, expect.stringMatching(/^\s*0\n$/), ''],
  unknown: [expect.stringMatching(/^Error: .*executable file not found/), '', ''],
  lost: [null, 'lost\n', ''],
  broken: [expect.stringMatching(/^Error: the server sent a text message/), '', ''],
  refused: null,
}

/** A test server that fails where the scenario wants it to. */
export async function scenarioServer(): Promise<TestServer> {
  const server = await createTestServer()
  server.setFault(({ path }) => {
    if (path.includes('command=lost')) return { kind: 'no-status' }
    return path.includes('command=broken') ? { kind: 'wrong-opcode' } : null
  })
  return server
}

/** A folder with the example, the scenario and the built package, as a project has them. */
export class ExampleProject {
  readonly folder = mkdtempSync(join(tmpdir(), 'podwire-example-'))

  constructor() {
    this.write('example.js', exampleCode())
    this.write('scenario.js', scenario)
    this.write('codec-vectors.js', codecVectors)
    this.write('package.json', '{ "type": "module" }')
    mkdirSync(join(this.folder, 'node_modules'))
    symlinkSync(root, join(this.folder, 'node_modules/podwire'), 'junction')
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text)
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}
