import { execFile } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { missingGo } from '../conformance/go-programs.ts'
import { buildSecond, Second } from './second.ts'
import { folder, vectorFiles } from './vectors.ts'

const missing = missingGo()
const because = missing === null ? 'in Go' : `skipped: ${missing}`
const all = vectorFiles.flatMap(({ kind, vectors }) =>
  vectors.map((vector) => ({ kind, ...vector })),
)

describe.skipIf(missing !== null)(`a second implementation, from the document (${because})`, () => {
  let path: string
  beforeAll(async () => {
    path = await buildSecond()
  })
  afterAll(() => rm(path, { force: true }))

  it('passes every vector', async () => {
    const { stdout } = await promisify(execFile)(path, [folder])
    expect(stdout).toBe(`${all.length} passed, 0 failed\n`)
  })

  it('fails what is wrong', async () => {
    await using second = new Second(path)
    const wrong = all.filter(({ kind }) => kind === 'session')
    const answers = await Promise.all(
      wrong.map(({ input }) =>
        second.ask('session', { ...input, steps: [{ text: 'x' }, { binary: '' }] }),
      ),
    )
    answers.forEach((answer, index) => {
      expect(answer).not.toEqual(wrong[index]?.expected)
    })
  })

  it('answers questions as they come, many at once', async () => {
    await using second = new Second(path)
    const [first] = all
    if (first !== undefined)
      expect(await second.ask(first.kind, first.input)).toEqual(first.expected)
    const answers = await Promise.all(all.map(({ kind, input }) => second.ask(kind, input)))
    expect(answers).toEqual(all.map(({ expected }) => expected))
    await expect(second.ask('nothing', {})).rejects.toThrow('unknown kind "nothing"')
  })
})
