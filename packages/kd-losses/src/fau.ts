export {
  type EnsembleIndexing,
  type EnsembleInputsOptions,
  ensembleInputs,
} from './ensemble-inputs.js';
export {
  type FeatureAggregation,
  type FeatureAggregationOptions,
  featureAggregation,
  featureAggregationTorchModules,
} from './feature-aggregation.js';
