import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { codeGraph, entryPoint } from './built.ts'
import { node } from './child.ts'
import type { Project } from './project.ts'
import { createProject } from './project.ts'
import { root } from './tree.ts'

describe('podwire/protocol', () => {
  const { code } = entryPoint('podwire/protocol')

  it('imports nothing outside itself', () => {
    const { files, external } = codeGraph(code)
    expect(external).toEqual([])
    expect(files.filter((file) => !file.startsWith('dist/protocol/'))).toEqual([])
  })

  it('runs where there is nothing of Node', () => {
    const script = `
      const { stdout } = process
      for (const name of ['process', 'Buffer', 'global', 'setImmediate', 'clearImmediate']) {
        delete globalThis[name]
      }
      const { decodeFrame, encodeFrame } = await import('${pathToFileURL(resolve(root, code))}')
      const frame = decodeFrame(encodeFrame(1, new Uint8Array([7])))
      stdout.write(frame.channel + ' ' + frame.payload.join())
    `
    const ended = node(['--input-type=module', '-e', script], root)
    expect(ended).toEqual({ code: 0, stdout: '1 7', stderr: '' })
  })
})

/** What must be installed for an entry point to load; everything else is loaded when it is first used. */
const needed = [
  { packages: ['ws'], specifiers: ['podwire', 'podwire/testing'] },
  { packages: [], specifiers: ['podwire/protocol', 'podwire/kubeconfig'] },
]

describe.each(needed)('with nothing but $packages installed', ({ packages, specifiers }) => {
  let project: Project
  beforeAll(() => {
    project = createProject(packages)
  })
  afterAll(() => project.remove())

  const load = (specifier: string) =>
    node(['--input-type=module', '-e', `await import('${specifier}')`], project.folder)

  it.each(specifiers)('%s imports that and modules of Node', (specifier) => {
    const { external } = codeGraph(entryPoint(specifier).code)
    expect(external.filter((name) => !name.startsWith('node:'))).toEqual(packages)
  })

  it.each(specifiers)('%s loads', (specifier) => {
    expect(load(specifier)).toEqual({ code: 0, stdout: '', stderr: '' })
  })

  it('yaml does not', () => {
    expect(load('yaml').stderr).toContain("Cannot find package 'yaml'")
  })
})
