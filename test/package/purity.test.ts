import { readFileSync, rmSync } from 'node:fs'
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

  it('is made of src/protocol alone', () => {
    const { files, external } = codeGraph(code)
    expect(external).toEqual([])
    const text = files.map((file) => readFileSync(resolve(root, file), 'utf8')).join('')
    expect(text).toContain('v5.channel.k8s.io')
    // Of Node, of errors.ts and of everything above it.
    expect(text).not.toMatch(/getBuiltinModule|node:|ERR_/)
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

it('help, version and completion do not load the client', () => {
  const client = 'dist/shared/client.js'
  expect(codeGraph(entryPoint('podwire').code).files).toContain(client)
  expect(codeGraph('dist/shared/program.js').files).not.toContain(client)
})

describe('a literal configuration', () => {
  let project: Project
  beforeAll(() => {
    project = createProject(['ws'])
    // What is not there cannot be loaded by mistake.
    rmSync(resolve(project.folder, 'node_modules/podwire/dist/kubeconfig'), { recursive: true })
  })
  afterAll(() => project.remove())

  it('needs neither yaml, nor the kubeconfig loader, nor node:child_process', () => {
    const script = `
      const { connect } = await import('podwire')
      const cluster = await connect({ server: 'https://localhost:1', auth: { token: 'secret' } })
      const error = await cluster.pod('web-0').exec(['true']).catch((reason) => reason)
      process.stdout.write(error.code + ' ')
      process.stdout.write(String(process.moduleLoadList.includes('NativeModule child_process')))
    `
    const ended = node(['--input-type=module', '-e', script], project.folder)
    expect(ended).toEqual({ code: 0, stdout: 'ERR_CONNECTION_REFUSED false', stderr: '' })
  })

  it('a kubeconfig needs the loader', () => {
    const script = "await (await import('podwire')).connect()"
    const { stderr } = node(['--input-type=module', '-e', script], project.folder)
    expect(stderr).toContain('ERR_MODULE_NOT_FOUND')
  })
})

/** What must be installed for an entry point to load; everything else is loaded when it is first used. */
const needed = [
  { packages: ['ws'], specifiers: ['podwire/testing'] },
  { packages: [], specifiers: ['podwire', 'podwire/protocol', 'podwire/kubeconfig'] },
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
