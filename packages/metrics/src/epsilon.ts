/** np.spacing(1), which the references add to what they divide by: 2^-52, written so that bundlers can drop it. */
export const EPSILON = 2.220446049250313e-16;
