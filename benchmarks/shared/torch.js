import { execFileSync } from 'node:child_process';

/** Whether that Python has PyTorch; says so when it has not. */
export function hasTorch(python) {
  try {
    execFileSync(python, ['-c', 'import torch'], { stdio: 'ignore' });
    return true;
  } catch {
    console.log(`PyTorch is left out: '${python} -c "import torch"' fails.`);
    return false;
  }
}
