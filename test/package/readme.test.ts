import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { resolve } from 'node:path'
import { expect, it } from 'vitest'
import './built.ts'
import { compile } from './child.ts'
import { typescriptBlocks } from './markdown.ts'
import { root } from './tree.ts'

const cache = resolve(root, 'node_modules/.cache/podwire/readme')

/** What the blocks may use without saying where it comes from: what the README's first example makes. */
const prelude = `
  declare const cluster: import('podwire').Cluster
  declare const pod: import('podwire').Pod
`

const config = {
  extends: resolve(root, 'tsconfig.json'),
  compilerOptions: { rootDir: '.', noUnusedLocals: false },
  include: ['*.ts'],
  exclude: [],
}

function documents(): string[] {
  const docs = existsSync(resolve(root, 'docs')) ? readdirSync(resolve(root, 'docs')) : []
  return ['README.md', ...docs.filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)]
}

/** A project whose podwire is this repository, so that its exports are what is resolved. */
function writeProject(blocks: ReadonlyMap<string, string>): void {
  rmSync(cache, { recursive: true, force: true })
  mkdirSync(resolve(cache, 'node_modules'), { recursive: true })
  symlinkSync(root, resolve(cache, 'node_modules/podwire'), 'junction')
  writeFileSync(resolve(cache, 'package.json'), '{ "type": "module" }')
  writeFileSync(resolve(cache, 'tsconfig.json'), JSON.stringify(config))
  writeFileSync(resolve(cache, 'prelude.d.ts'), prelude)
  for (const [name, code] of blocks) writeFileSync(resolve(cache, name), code)
}

it('every TypeScript block of the documents compiles against the built package', () => {
  const blocks = new Map<string, string>()
  for (const document of documents()) {
    for (const { line, code } of typescriptBlocks(readFileSync(resolve(root, document), 'utf8'))) {
      // Blank lines before it: the compiler then names the line of the document.
      const name = `${document.replaceAll('/', '-')}-line-${line}.ts`
      blocks.set(name, `${'\n'.repeat(line - 1)}${code}\nexport {}\n`)
    }
  }
  expect(blocks.size).toBeGreaterThan(0)
  writeProject(blocks)
  expect(compile(cache)).toBe('')
})

it('a block that does not compile is caught, at its line', () => {
  const markdown = "# Title\n\n```ts\nimport { connect } from 'podwire'\nconnect(1)\n```\n"
  const [block] = typescriptBlocks(markdown)
  expect(block).toEqual({ line: 4, code: "import { connect } from 'podwire'\nconnect(1)\n" })
  writeProject(new Map([['planted.ts', `\n\n\n${block?.code}`]]))
  expect(compile(cache)).toMatch(/^planted\.ts\(5,9\): error TS2345: /)
})
