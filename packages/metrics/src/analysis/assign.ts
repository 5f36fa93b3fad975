/**
 * One-to-one assignment with the largest sum of `values` [rows, columns], all at least 0: for each row its column, or -1 when there are
 * more rows than columns and it goes without. Shortest augmenting paths (Kuhn, Munkres), cubic in the shorter side.
 */
export function assignLargest(values: Float64Array, rows: number, columns: number): Int32Array {
  if (rows > columns) {
    const turned = new Float64Array(values.length);
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++) turned[c * rows + r] = values[r * columns + c]!;
    }
    const assigned = new Int32Array(rows).fill(-1);
    assignLargest(turned, columns, rows).forEach((row, column) => {
      assigned[row] = column;
    });
    return assigned;
  }
  // Rows and columns count from 1 here; column 0 holds the row that is being placed.
  const rowPrice = new Float64Array(rows + 1);
  const columnPrice = new Float64Array(columns + 1);
  const rowOf = new Int32Array(columns + 1);
  const cameFrom = new Int32Array(columns + 1);
  const slack = new Float64Array(columns + 1);
  const visited = new Uint8Array(columns + 1);
  for (let row = 1; row <= rows; row++) {
    rowOf[0] = row;
    slack.fill(Infinity);
    visited.fill(0);
    let column = 0;
    do {
      visited[column] = 1;
      const r = rowOf[column]!;
      let [least, next] = [Infinity, 0];
      for (let c = 1; c <= columns; c++) {
        if (visited[c]) continue;
        const cost = -values[(r - 1) * columns + c - 1]! - rowPrice[r]! - columnPrice[c]!;
        if (cost < slack[c]!) {
          slack[c] = cost;
          cameFrom[c] = column;
        }
        if (slack[c]! < least) {
          least = slack[c]!;
          next = c;
        }
      }
      for (let c = 0; c <= columns; c++) {
        if (visited[c]) {
          rowPrice[rowOf[c]!]! += least;
          columnPrice[c]! -= least;
        } else slack[c]! -= least;
      }
      column = next;
    } while (rowOf[column] !== 0);
    for (; column !== 0; column = cameFrom[column]!) rowOf[column] = rowOf[cameFrom[column]!]!;
  }
  const assigned = new Int32Array(rows);
  for (let c = 1; c <= columns; c++) if (rowOf[c]! > 0) assigned[rowOf[c]! - 1] = c - 1;
  return assigned;
}
