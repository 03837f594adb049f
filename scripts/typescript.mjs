import { rmSync } from 'node:fs'
import { resolve } from 'node:path'
import { rolldown } from 'rolldown'
import { run } from './step.mjs'

/**
 * Runs a program in TypeScript, with its output on the terminal.
 * @param {string} root
 * @param {string} name its path below the root, without the ending
 * @param {{ args?: readonly string[], node?: readonly string[] }} [options] for the program, and for Node
 * @returns {Promise<number>} its exit code
 */
export async function runTypeScript(root, name, { args = [], node = [] } = {}) {
  const file = resolve(
    root,
    `node_modules/.cache/podwire/${name.replaceAll('/', '-')}-${process.pid}.mjs`,
  )
  const bundled = await rolldown({
    cwd: root,
    input: resolve(root, `${name}.ts`),
    platform: 'node',
    external: ['ws', 'yaml', '@lydell/node-pty'],
    tsconfig: false,
    transform: { target: 'es2023' },
  })
  await bundled.write({ file, sourcemap: 'inline', codeSplitting: false })
  await bundled.close()
  try {
    const { code } = await run([...node, '--enable-source-maps', file, ...args], {
      cwd: root,
      stdio: 'inherit',
    })
    return code
  } finally {
    rmSync(file, { force: true })
  }
}
