import { describe, expect, test } from 'vitest'
import { editStrings } from '../../../src/yaml/edit.ts'
import { YamlError } from '../../../src/yaml/yaml-error.ts'

const edit = (text: string, values: Record<string, string> = { a: 'N' }) =>
  editStrings(text, ['l', 0, 'm'], values)

describe('only the values change', () => {
  test.each([
    [
      'a plain one',
      'l:\n- m:\n    a: o # c\n    b:   x\n',
      'l:\n- m:\n    a: "N" # c\n    b:   x\n',
    ],
    ['a quoted one', "l:\n  - m: {a: 'o', b: 1}\n", 'l:\n  - m: {a: "N", b: 1}\n'],
    ['JSON', '{"l": [{"m": {"a": "o"}}]}', '{"l": [{"m": {"a": "N"}}]}'],
    ['an empty one', 'l:\n- m:\n    a:\n    b: x\n', 'l:\n- m:\n    a: "N"\n    b: x\n'],
    ['over two lines', 'l:\n- m:\n    a: o\n      p\nz: 1\n', 'l:\n- m:\n    a: "N"\nz: 1\n'],
    ['a missing one', 'l:\n- m:\n    b: x\n', 'l:\n- m:\n    a: "N"\n    b: x\n'],
    ['a missing one in a line', 'l: [{m: {b: x}}]', 'l: [{m: {a: "N", b: x}}]'],
    ['the last of two', 'l: [{m: {a: o, a: p}}]', 'l: [{m: {a: o, a: "N"}}]'],
    ['CRLF', 'l:\r\n- m:\r\n    a: o\r\n', 'l:\r\n- m:\r\n    a: "N"\r\n'],
    ['other documents', 'l: [{m: {a: o}}]\n---\nb: [\n', 'l: [{m: {a: "N"}}]\n---\nb: [\n'],
    [
      'anchors elsewhere',
      'x: &x 1\nl: [{m: {a: o}}]\ny: *x\n',
      'x: &x 1\nl: [{m: {a: "N"}}]\ny: *x\n',
    ],
  ])('%s', async (_name, text, edited) => {
    expect(await edit(text)).toBe(edited)
  })

  test('several at once, whatever they hold', async () => {
    const values = { a: 'x"\\: #\n', b: 'é' }
    expect(await edit('l: [{m: {b: 1, a: 2}}]\n', values)).toBe(
      'l: [{m: {b: "é", a: "x\\"\\\\: #\\n"}}]\n',
    )
  })
})

describe('refused, because more or something else would change', () => {
  test.each([
    ['a value that others refer to', 'l: [{m: {a: &x o}}]\ny: *x'],
    ['a value that refers to another', 'y: &x o\nl: [{m: {a: *x}}]'],
    ['a mapping that others refer to', 'l: [{m: &m {a: o}}]\ny: *m'],
    ['a mapping that refers to another', 'y: &m {a: o}\nl: [{m: *m}]'],
    ['a block of text', 'l:\n- m:\n    a: |\n      o\n'],
    ['a tag', 'l: [{m: {a: !!str o}}]'],
    ['a mapping where the value should be', 'l: [{m: {a: {}}}]'],
    ['an empty mapping', 'l: [{m: {}}]'],
    ['no mapping', 'l: [{m: 1}]'],
    ['no such place', 'l: []'],
    ['no YAML', 'l: ['],
  ])('%s', async (_name, text) => {
    await expect(edit(text)).rejects.toThrow(YamlError)
  })
})
