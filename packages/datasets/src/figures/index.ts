export { type CrowdMember, crowdIndex } from './crowd-index.js';
export { type Figure, type RenderFigureOptions, renderFigure } from './figure.js';
export {
  checkSceneSettings,
  countPeople,
  type RenderSceneOptions,
  renderScene,
  SCENE_SIZE,
  type Scene,
  type ScenePerson,
  type SceneSettings,
} from './scene.js';
export { skeletonKeypoints } from './skeleton-keypoints.js';
