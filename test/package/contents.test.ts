import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { version } from '../../src/version.ts'
import { entryPoints, manifest } from './built.ts'
import { run } from './child.ts'
import { root } from './tree.ts'

interface Packed {
  readonly unpackedSize: number
  readonly files: readonly { readonly path: string; readonly mode: number }[]
}

let packed: Packed
let paths: readonly string[]

beforeAll(() => {
  const { stdout } = run('npm', ['pack', '--dry-run', '--json'], root)
  packed = JSON.parse(stdout)[0]
  paths = packed.files.map(({ path }) => path)
})

it('holds dist and the four files that npm shows', () => {
  const top = new Set(paths.map((path) => path.split('/')[0]))
  expect([...top].sort()).toEqual(['LICENSE', 'README.md', 'dist', 'package.json'])
})

it('holds no source map without its sources', () => {
  const maps = paths.filter((path) => path.endsWith('.map'))
  expect(maps.filter((path) => !('sourcesContent' in readJson(path)))).toEqual([])
})

it('holds code, declarations and the page only', () => {
  const built = paths.filter((path) => path.startsWith('dist/'))
  expect(built.filter((path) => !/\.(js|d\.ts|map)$|^dist\/site\//.test(path))).toEqual([])
})

it('is at most 400 KB', () => {
  expect(packed.unpackedSize).toBeLessThanOrEqual(400_000)
})

it('holds what package.json exports', () => {
  for (const { code, types } of entryPoints) {
    expect(paths).toContain(code.slice('./'.length))
    expect(paths).toContain(types.slice('./'.length))
  }
})

it('has a command that can be executed', () => {
  const path = manifest.bin['podwire'] ?? ''
  const mode = packed.files.find((file) => file.path === path)?.mode ?? 0
  expect(mode.toString(8)).toBe('755')
  expect(readFileSync(resolve(root, path), 'utf8').split('\n')[0]).toBe('#!/usr/bin/env node')
})

it('knows its version', () => {
  expect(version).toBe(manifest.version)
})

it('depends on ws and yaml alone', () => {
  expect(Object.keys(manifest.dependencies)).toEqual(['ws', 'yaml'])
})

it('runs nothing when it is installed', () => {
  const hooks = ['preinstall', 'install', 'postinstall', 'prepare']
  expect(Object.keys(manifest.scripts).filter((name) => hooks.includes(name))).toEqual([])
})

function readJson(path: string): object {
  return JSON.parse(readFileSync(resolve(root, path), 'utf8'))
}
