import { expect, it } from 'vitest'
import { orphans, tooLong, unexplained } from './habits.ts'
import { readTree } from './tree.ts'

const file = (name: string, source = '') => ({ name, source })

it('no file is longer than 400 lines', () => {
  expect(tooLong([...readTree('src'), ...readTree('test')])).toEqual([])
})

it('a file of 401 lines is caught, one of 400 is not', () => {
  const files = [file('a.ts', 'x\n'.repeat(400)), file('b.ts', 'x\n'.repeat(401))]
  expect(tooLong(files)).toEqual(['b.ts has 401 lines'])
})

it('every unit test mirrors a source file', () => {
  expect(orphans(readTree('test/unit'), readTree('src'))).toEqual([])
})

it('a unit test without a source file is caught', () => {
  const tests = [file('a/b.test.ts'), file('a/c.test.ts'), file('a/helper.ts')]
  expect(orphans(tests, [file('a/b.ts')])).toEqual(['a/c.ts'])
})

it('no test is skipped without a reason', () => {
  // This check and its test name the offences in their strings.
  const tests = readTree('test').filter(({ name }) => !name.startsWith('package/habits.'))
  expect(tests.flatMap(unexplained)).toEqual([])
})

it.each([
  ["it.skip('a')", ['a.ts:1 .skip']],
  ["\ndescribe.skip('a')", ['a.ts:2 .skip']],
  ["it.concurrent.only('a')", ['a.ts:1 .only']],
  ["// later\nit.todo('a')", ['a.ts:2 .todo']],
  ['if (!kubectl) context.skip()', ['a.ts:1 skip()']],
  ["context.skip(!kubectl, 'needs kubectl')", []],
  ["// Windows has no signals\nit.skip('a')", []],
  ["it.skipIf(!kubectl)('a (needs kubectl)')", []],
])('%j', (source, offences) => {
  expect(unexplained(file('a.ts', source))).toEqual(offences)
})
