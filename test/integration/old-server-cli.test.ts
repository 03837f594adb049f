import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CliEnvironment, cliMain } from '../support/cli-process.ts'

let cli: CliEnvironment
beforeAll(async () => {
  // Up to Kubernetes 1.29 no server can be told that stdin has ended.
  cli = await CliEnvironment.create({ generation: 'runtime', version: 'v1.24.17' })
  await writeFile(join(cli.folder, 'empty'), '')
})
afterAll(() => cli.close())

/** `podwire exec -i web-0 -- sh -c SCRIPT`, with a stdin that the local shell makes. */
const exec = (input: (program: string) => string, script: string) =>
  cli.run('sh', '-c', input('"$@"'), 'sh', ...program, 'sh', '-c', script)

const program = [process.execPath, cliMain, 'exec', '-i', 'web-0', '--']

describe('exec -i on a server that cannot be told of an end of stdin', () => {
  it.each([
    ['/dev/null', (line: string) => `${line} </dev/null`],
    ['an empty file', (line: string) => `${line} <empty`],
  ])('a stdin of nothing, from %s, ends', async (_, input) => {
    const { code, stdout, stderr } = await exec(input, 'cat; echo end; exit 3')
    expect([code, stdout]).toEqual([3, 'end\n'])
    expect(stderr).toBe('command terminated with exit code 3\n')
  })

  it('a command that ends by itself is waited for', async () => {
    const input = (line: string) => `printf 'a\\nb\\n' | ${line}`
    const { code, stdout } = await exec(input, 'read word; sleep 1; echo "got $word"; exit 9')
    expect([code, stdout]).toEqual([9, 'got a\n'])
  })

  it('one that waits for that end is given up behind its output', async () => {
    const input = (line: string) => `printf 'a\\nb\\n' | ${line}`
    const { code, stdout, stderr } = await exec(input, 'cat; echo never')
    expect([code, stdout]).toEqual([255, 'a\nb\n'])
    expect(stderr).toMatch(/^error: stdin cannot be ended over v4\.channel\.k8s\.io/)
  })
})
