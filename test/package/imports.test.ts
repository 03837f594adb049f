import { expect, it } from 'vitest'
import { importsOf } from './imports.ts'

it.each([
  ["import { a } from 'x'", 'x', 'static'],
  ["import 'x'", 'x', 'static'],
  ["import { type A } from 'x'", 'x', 'static'],
  ["import type { A } from 'x'", 'x', 'type'],
  ["export { a } from 'x'", 'x', 'static'],
  ["export * as all from 'x'", 'x', 'static'],
  ["export type { A } from 'x'", 'x', 'type'],
  ["import x = require('x')", 'x', 'static'],
  ["const a = await import('x')", 'x', 'dynamic'],
  ["const a = require('x')", 'x', 'dynamic'],
  ["let a: import('x').A", 'x', 'type'],
  ["let a: typeof import('x')", 'x', 'type'],
  ['const a = await import(name)', '(computed)', 'dynamic'],
  ['const a = await import(`x`)', '(computed)', 'dynamic'],
])('%s', (source, specifier, kind) => {
  expect(importsOf(source)).toEqual([{ specifier, kind }])
})

it('is not misled by comments and strings', () => {
  const source = `
    // import { a } from 'x'
    const help = "import { a } from 'x'"
    const glob = /\\/*'/
    export const b = ['from', 'x']
  `
  expect(importsOf(source)).toEqual([])
})

it('reads declaration files', () => {
  expect(importsOf("export declare const a: import('x').A", 'dts')).toEqual([
    { specifier: 'x', kind: 'type' },
  ])
})
