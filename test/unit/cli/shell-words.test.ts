import { expect, it } from 'vitest'
import { shellWords } from '../../../src/cli/shell-words.ts'

it.each<[string, string[]]>([
  ['', ['']],
  ['podwire', ['podwire']],
  ['podwire ', ['podwire', '']],
  ['a  b\tc', ['a', 'b', 'c']],
  [`a 'b c' "d e" f\\ g`, ['a', 'b c', 'd e', 'f g']],
  [`'it'"'"'s'`, ["it's"]],
  [`"\\"quoted\\" \\n"`, ['"quoted" \\n']],
  [`a 'open b`, ['a', 'open b']],
  [`a "open b`, ['a', 'open b']],
  ['a\\', ['a']],
  [`'' x`, ['', 'x']],
])('%j', (line, words) => {
  expect(shellWords(line)).toEqual(words)
})
