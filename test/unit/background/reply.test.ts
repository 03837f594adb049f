import { describe, expect, it } from 'vitest'
import { parseReply } from '../../../src/background/reply.ts'

const token = '0123456789abcdef0123456789abcdef'
const line = `run web running 3 ${token} 2026-11-21T05:00:00.000Z 4711 - stop file uid,app,containerd%3A%2F%2Fa,2 /tmp/a b`

describe('a reply', () => {
  it('of a run', () => {
    expect(parseReply(`${line}\ndone\n`)).toEqual({
      runs: [
        {
          id: 'web',
          state: 'running',
          number: 3,
          token,
          startedAt: new Date('2026-11-21T05:00:00Z'),
          pid: 4711,
          exitCode: null,
          stopped: true,
          output: 'file',
          container: { podUID: 'uid', name: 'app', containerID: 'containerd://a', restartCount: 2 },
          directory: '/tmp/a b',
        },
      ],
      start: null,
      terminated: [],
      killed: [],
    })
  })

  it('of nothing', () => {
    const reply = parseReply('run web none 0 - - - - - - - /dev/null\ndone\n')
    expect(reply?.runs).toMatchObject([
      { state: 'none', token: null, startedAt: null, pid: null, directory: null, container: null },
    ])
  })

  it('of a stop, and of a start', () => {
    expect(parseReply(`TERM 8/1/8 9/2/8\nKILL 9/2/8\n${line}\ndone\n`)).toMatchObject({
      terminated: [8, 9],
      killed: [9],
    })
    expect(parseReply('start cwd\ndone\n')).toMatchObject({ runs: [], start: 'cwd' })
    expect(parseReply('TERM\nKILL\ndone\n')).toMatchObject({ terminated: [], killed: [] })
  })
})

describe('no reply', () => {
  it.each([
    '',
    'done',
    'done\nx\n',
    'hello\ndone\n',
    line,
    `${line}\n`,
    `${line}\nDONE\n`,
    `\n${line}\ndone\n`,
    `${line.replace('web', 'a/b')}\ndone\n`,
    `${line.replace('web', '../x')}\ndone\n`,
    `${line.replace('running', 'dancing')}\ndone\n`,
    `${line.replace('4711', '-1')}\ndone\n`,
    `${line.replace('4711', '99999999999')}\ndone\n`,
    `${line.replace('4711', '0x1')}\ndone\n`,
    `${line.replace(token, 'x')}\ndone\n`,
    `${line.replace('/tmp', 'tmp')}\ndone\n`,
    'start anything\ndone\n',
    'TERM 1\ndone\n',
    'TERM x/1/1\ndone\n',
  ])('%j', (text) => {
    expect(parseReply(text)).toBeNull()
  })

  it('takes no time to refuse', () => {
    const start = performance.now()
    parseReply(`TERM${' 1/1/1'.repeat(100_000)} x\ndone\n`)
    parseReply(`run ${'a'.repeat(1_000_000)}\ndone\n`)
    expect(performance.now() - start).toBeLessThan(1_000)
  })
})
