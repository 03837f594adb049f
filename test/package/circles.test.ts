import { expect, it } from 'vitest'
import { circles } from './circles.ts'
import { readTree } from './tree.ts'

it('no file imports itself by way of others', () => {
  expect(circles(readTree('src'))).toEqual([])
})

it('a circle is caught once, of types too', () => {
  expect(
    circles([
      { name: 'a/one.ts', source: "import type { Three } from '../three.ts'" },
      { name: 'a/two.ts', source: "import { One } from './one.ts'" },
      { name: 'three.ts', source: "export { two } from './a/two.ts'" },
      { name: 'four.ts', source: "const { one } = await import('./a/one.ts')" },
    ]),
  ).toEqual(['a/one.ts > three.ts > a/two.ts > a/one.ts'])
})
