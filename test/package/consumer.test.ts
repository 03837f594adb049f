import { afterEach, expect, it } from 'vitest'
import { entryPoints, typesGraph } from './built.ts'
import { compile } from './child.ts'
import type { Project } from './project.ts'
import { createProject } from './project.ts'

let project: Project | undefined
afterEach(() => project?.remove())

const compilerOptions = { strict: true, skipLibCheck: false, noEmit: true }

it('a consumer compiles without the types of ws', () => {
  project = createProject(['ws', 'yaml', '@types/node'])
  project.write('package.json', '{ "type": "module" }')
  project.write(
    'tsconfig.json',
    JSON.stringify({
      compilerOptions: {
        ...compilerOptions,
        target: 'ES2023',
        module: 'nodenext',
        types: ['node'],
      },
    }),
  )
  project.write(
    'main.ts',
    `
    import { connect, ExitError } from 'podwire'
    import { decodeFrame } from 'podwire/protocol'
    import { createTestServer } from 'podwire/testing'

    const server = await createTestServer()
    const cluster = await connect(server.config)
    const pod = cluster.pod('web-0')

    const { exitCode, stdout } = await pod.exec(['ls'])
    const code: number | null = exitCode
    const text: string = stdout

    const remote = await pod.spawn(['ls'])
    remote.stdout?.pipe(process.stdout)
    const ended: number | null = (await remote.exit).exitCode

    console.log(code, text, ended, decodeFrame(new Uint8Array([1, 2])), ExitError.name)
    await server.close()
    `,
  )
  expect(compile(project.folder)).toBe('')
})

it('podwire/protocol compiles for a browser, without the types of Node', () => {
  project = createProject([])
  project.write(
    'tsconfig.json',
    JSON.stringify({
      compilerOptions: {
        ...compilerOptions,
        target: 'ES2022',
        lib: ['ES2022', 'DOM'],
        module: 'preserve',
        moduleResolution: 'bundler',
        types: [],
      },
    }),
  )
  project.write(
    'main.ts',
    `
    import { encodeFrame } from 'podwire/protocol'

    new WebSocket('wss://localhost').send(encodeFrame(0, new Uint8Array(1)))
    `,
  )
  expect(compile(project.folder)).toBe('')
})

it.each(entryPoints)('the declarations of $specifier name no type of a dependency', ({ types }) => {
  const { external } = typesGraph(types)
  expect(external.filter((name) => !name.startsWith('node:'))).toEqual([])
})
