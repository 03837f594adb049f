import { afterAll, beforeAll, expect, it } from 'vitest'
import { entryPoints } from './built.ts'
import { node } from './child.ts'
import type { Project } from './project.ts'
import { createProject } from './project.ts'

/** One thing that each entry point is there for. */
const names: Readonly<Record<string, string>> = {
  podwire: 'connect',
  'podwire/protocol': 'decodeFrame',
  'podwire/kubeconfig': 'loadClusterConfig',
  'podwire/testing': 'createTestServer',
}

let project: Project
beforeAll(() => {
  project = createProject(['ws', 'yaml'])
})
afterAll(() => project.remove())

it('every entry point is tested', () => {
  expect(entryPoints.map(({ specifier }) => specifier)).toEqual(Object.keys(names))
})

it.each(Object.entries(names))('require(%j) gives %s', (specifier, name) => {
  const script = `process.stdout.write(typeof require('${specifier}').${name})`
  expect(node(['-e', script], project.folder)).toEqual({ code: 0, stdout: 'function', stderr: '' })
})

it.each(Object.entries(names))('import from %j gives %s', (specifier, name) => {
  const script = `import { ${name} } from '${specifier}'; process.stdout.write(typeof ${name})`
  const ended = node(['--input-type=module', '-e', script], project.folder)
  expect(ended).toEqual({ code: 0, stdout: 'function', stderr: '' })
})
