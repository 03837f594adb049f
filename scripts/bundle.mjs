import { resolve } from 'node:path'
import { rolldown } from 'rolldown'

/**
 * Writes the code of the package: a file per entry and few that they share, because Node takes longer to find and load
 * a hundred small modules than to run them. What two entries use is in a file of its own, so that each class exists
 * once. It is minified, because it is loaded more often than read; the names of classes stay, which people do see.
 * @param {string} root
 * @param {string} dist
 * @param {readonly string[]} external the packages that are installed beside this one
 */
export async function bundle(root, dist, external) {
  const source = (/** @type {string} */ name) => resolve(root, `src/${name}.ts`)
  const bundled = await rolldown({
    cwd: root,
    input: Object.fromEntries(entries.map((name) => [name, source(name)])),
    platform: 'node',
    external: [...external],
    tsconfig: false,
    transform: { target: 'es2023' },
    plugins: [{ name: 'builtins', renderChunk: withoutFacades }],
    onLog(level, { code, message }) {
      // What the library loads when it is used may be what the command line always needs.
      if (code === 'INEFFECTIVE_DYNAMIC_IMPORT') return
      // Such as an import that leads nowhere.
      if (level === 'warn') throw new Error(message)
    },
  })
  await bundled.write({
    dir: dist,
    // Shared files are named after their last module; that of the client is the folder's index.
    chunkFileNames: ({ name }) => `shared/${name === 'src' ? 'client' : name}.js`,
    // The declarations have the documentation.
    comments: { annotation: true, jsdoc: false, legal: false },
    minify: {
      compress: true,
      mangle: { keepNames: { class: true, function: false } },
      codegen: { removeWhitespace: true },
    },
    // What is small and used everywhere is one file.
    codeSplitting: {
      groups: [{ name: 'common', test: /[\\/]src[\\/](errors|version)\.ts$/ }],
    },
  })
  await bundled.close()
}

/**
 * An `import` of a module of Node's own makes Node read all that it exports, and what is there on demand only is loaded:
 * the whole of undici for `node:http`. That is a fifth of what the command takes to start.
 */
function withoutFacades(/** @type {string} */ code) {
  return code.replace(
    /^import (?:(\w+)|\{([^}]*)\}) from "(node:[^"]+)";$/gm,
    (_, whole, names, module) =>
      `const ${whole ?? `{${names.replaceAll(' as ', ': ')}}`} = process.getBuiltinModule("${module}");`,
  )
}

const entries = [
  'index',
  'protocol/index',
  'kubeconfig/index',
  'testing/index',
  'testing/certificate', // for bench
  'cli/main',
]
