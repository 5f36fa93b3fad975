import { library } from '../../tsup.base.js';

export default library(
  ['index', 'train', 'recipes', 'node', 'cli', 'phase-worker', 'replica-worker'],
  {
    platform: 'node',
  },
);
