import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { codeGraph, entryPoint } from './built.ts'
import { node } from './child.ts'
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
      const { write } = process.stdout
      const stdout = process.stdout
      for (const name of ['process', 'Buffer', 'global', 'setImmediate', 'clearImmediate']) {
        delete globalThis[name]
      }
      const { decodeFrame, encodeFrame } = await import('${pathToFileURL(resolve(root, code))}')
      const frame = decodeFrame(encodeFrame(1, new Uint8Array([7])))
      write.call(stdout, JSON.stringify(frame.channel) + ' ' + frame.payload.join())
    `
    const ended = node(['--input-type=module', '-e', script], root)
    expect(ended).toEqual({ code: 0, stdout: '1 7', stderr: '' })
  })
})

/** What must be installed for an entry point to load; everything else is loaded when it is first used. */
const needed = [
  { specifier: 'podwire', packages: ['ws'] },
  { specifier: 'podwire/protocol', packages: [] },
  { specifier: 'podwire/kubeconfig', packages: [] },
  { specifier: 'podwire/testing', packages: ['ws'] },
]

describe.each(needed)('$specifier needs $packages', ({ specifier, packages }) => {
  it('by its static imports', () => {
    const { external } = codeGraph(entryPoint(specifier).code)
    expect(external.filter((name) => !name.startsWith('node:'))).toEqual(packages)
  })

  it('when it is loaded', () => {
    const project = createProject(packages)
    try {
      const script = `await import('${specifier}')`
      const ended = node(['--input-type=module', '-e', script], project.folder)
      expect(ended).toEqual({ code: 0, stdout: '', stderr: '' })
    } finally {
      project.remove()
    }
  })
})

it('a package that is not installed cannot be loaded', () => {
  const project = createProject([])
  try {
    const ended = node(['--input-type=module', '-e', "await import('ws')"], project.folder)
    expect(ended.stderr).toContain("Cannot find package 'ws'")
  } finally {
    project.remove()
  }
})
