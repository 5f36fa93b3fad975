import { execFileSync } from 'node:child_process';
import { library } from '../../tsup.base.js';

// The kernels are compiled first; the sources embed them.
execFileSync(process.execPath, ['scripts/build-wasm.mjs'], { stdio: 'inherit' });

export default library(['index', 'wasm', 'register']);
