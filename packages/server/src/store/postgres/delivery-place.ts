// Where the row of a delivery is. Statements name the id, the day and the number of a delivery: each partition has an
// index by number, or by id and day if a node of an older version created it.

/**
 * The number of the delivery of a row of `delivery_key` that is called `key`. Nodes of an older version leave it empty: in
 * the partitions of a newer one, their deliveries are searched for without an index.
 */
export const SEQ = `coalesce(key.seq, (
  select earlier.seq from chatpush.delivery as earlier where earlier.id = key.id and earlier.day = key.day))`;
