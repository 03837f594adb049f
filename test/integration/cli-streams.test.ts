import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CliEnvironment, cliMain } from '../support/cli-process.ts'

const bytes = Buffer.from('caf\xe9\nno end', 'latin1')
const containers = Array.from({ length: 14 }, (_, index) => ({
  name: `c${index}`,
  logs: `${'x'.repeat(99)}\n`.repeat(4_000),
}))

let cli: CliEnvironment
beforeAll(async () => {
  cli = await CliEnvironment.create({
    pods: [
      {
        name: 'two',
        containers: [
          { name: 'a', logs: bytes },
          { name: 'b', logs: 'b\n' },
        ],
      },
      { name: 'many', containers },
    ],
  })
})
afterAll(() => cli.close())

/** `podwire ARG…` behind a redirection, by a shell. */
const redirected = (redirection: string, ...args: string[]) => {
  return cli.run('sh', '-c', `"$@" ${redirection}`, 'sh', process.execPath, cliMain, ...args)
}

describe.skipIf(!existsSync('/dev/full'))('an output that is full (needs /dev/full)', () => {
  it.each([
    ['of a log', ['logs', 'two']],
    ['of several logs', ['logs', 'two', '--all-containers']],
    ['of a followed log', ['logs', '-f', 'many', '-c', 'c0']],
    ['of a command', ['exec', 'two', '--', 'echo', 'hi']],
  ])('%s is 255, and named', async (_, args) => {
    const { code, stderr } = await redirected('>/dev/full', ...args)
    expect(stderr).toMatch(/^error: the output could not be written: ENOSPC.*$/m)
    expect(code).toBe(255)
  })

  it('of a background process is 255, and named', async () => {
    const place = ['--state-directory', join(cli.folder, 'state')]
    await cli.podwire('start', 'out', 'two', ...place, '--', 'echo', 'hi')
    const args = ['logs', '--background', 'out', 'two', ...place]
    const { code, stderr } = await redirected('>/dev/full', ...args)
    expect(stderr).toMatch(/^error: the output could not be written: ENOSPC.*$/m)
    expect(code).toBe(255)
  })

  it('is none of the messages’: the command is run nevertheless', async () => {
    const args = ['exec', 'two', '--', 'sh', '-c', 'echo hi; exit 3']
    expect(await redirected('2>/dev/full', ...args)).toMatchObject({ code: 3, stdout: 'hi\n' })
  })
})

it('messages that nobody reads do not change the exit code', async () => {
  const script = 'exec 3>&1; { "$@" 2>&1 >&3; echo $? >&3; } | true'
  const command = [process.execPath, cliMain, 'exec', 'two', '--', 'sh', '-c', 'sleep 1; exit 3']
  expect((await cli.run('sh', '-c', script, 'sh', ...command)).stdout).toBe('3\n')
})

it('a stdin that cannot be read is named: 255', async () => {
  await writeFile(join(cli.folder, 'written'), 'not empty, which would be no stdin')
  const { code, stderr } = await redirected('0>>written', 'exec', '-iq', 'two', '--', 'cat')
  expect(stderr).toBe('error: stdin could not be read: EBADF: bad file descriptor, read\n')
  expect(code).toBe(255)
})

describe('several logs', () => {
  const podwire = async (...args: string[]) => {
    const { stdout } = await cli.run(
      'sh',
      ...['-c', '"$@" | od -An -v -tx1', 'sh', process.execPath, cliMain, ...args],
    )
    return Buffer.from(stdout.replace(/\s/g, ''), 'hex').toString('latin1')
  }

  it('are printed byte for byte', async () => {
    const text = await podwire('logs', 'two', '--all-containers', '--prefix')
    expect(text).toBe('[pod/two/a] caf\xe9\n[pod/two/a] no end\n[pod/two/b] b\n')
    expect(await podwire('logs', 'two', '-c', 'a', '--prefix')).toBe(
      '[pod/two/a] caf\xe9\n[pod/two/a] no end',
    )
  })

  it('are waited for by any number of them without a warning', async () => {
    const slow = 'timeout 3 "$@" | { sleep 2; wc -c; }'
    const args = ['logs', '-f', 'many', '--all-containers', '--max-log-requests=14']
    const command = [process.execPath, cliMain, ...args]
    const { stdout, stderr } = await cli.run('sh', '-c', slow, 'sh', ...command)
    expect(stderr).toBe('')
    expect(Number(stdout)).toBe(14 * 400_000)
  })
})
