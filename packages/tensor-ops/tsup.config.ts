import { library } from '../../tsup.base.js';

// tfjs's Node build has no gradients and Node cannot import the modules that hold them, so those
// modules are bundled; tfjs-core itself stays outside, and both share its one engine.
export default library(['index'], {
  noExternal: [/^@pose-distill\/internal-/, /^@tensorflow\/tfjs-core\/dist\//],
});
