import { afterEach, expect, it } from 'vitest'
import { entryPoints, typesGraph } from './built.ts'
import { compile, node } from './child.ts'
import type { Project } from './project.ts'
import { createProject } from './project.ts'

let project: Project | undefined
afterEach(() => project?.remove())

/** A program in the style of the README. */
const program = `
  import type { ExecResult } from 'podwire'
  import { connect, ExitError } from 'podwire'
  import { Channel, decodeFrame } from 'podwire/protocol'
  import { createTestServer } from 'podwire/testing'

  const server = await createTestServer()
  const cluster = await connect({
    server: server.url,
    tls: { ca: server.ca },
    auth: { token: server.token },
  })
  const pod = cluster.pod('web-0')

  const result: ExecResult = await pod.exec(['echo', 'collected'])
  process.stdout.write(result.stdout)

  const remote = await pod.spawn(['echo', 'streamed'])
  remote.stdout?.pipe(process.stdout, { end: false })
  const { exitCode } = await remote.exit

  const error = await pod.exec(['false'], { check: true }).catch((reason: unknown) => reason)
  console.log(exitCode, error instanceof ExitError)

  const frame = decodeFrame(new Uint8Array([1, 2]))
  if (frame !== null && 'channel' in frame) console.log(frame.channel === Channel.Stdout)
  await server.close()
`

it('a program compiles without the types of ws, and runs', () => {
  project = createProject(['ws', 'yaml', '@types/node'])
  project.write('package.json', '{ "type": "module" }')
  project.write(
    'tsconfig.json',
    JSON.stringify({
      compilerOptions: {
        strict: true,
        skipLibCheck: false,
        target: 'ES2023',
        module: 'nodenext',
        types: ['node'],
      },
    }),
  )
  project.write('main.ts', program)
  expect(compile(project.folder)).toBe('')
  expect(node(['main.js'], project.folder)).toEqual({
    code: 0,
    stdout: 'collected\nstreamed\n0 true\ntrue\n',
    stderr: '',
  })
})

it('podwire/protocol compiles for a browser, without the types of Node', () => {
  project = createProject([])
  project.write(
    'tsconfig.json',
    JSON.stringify({
      compilerOptions: {
        strict: true,
        skipLibCheck: false,
        noEmit: true,
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
