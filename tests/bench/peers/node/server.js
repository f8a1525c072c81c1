// The list of 50 customers as Fastify and pg give it: two processes, a pool
// each, JSON objects. No rights, no audit, no isolation.
const cluster = require("node:cluster");

if (cluster.isPrimary) {
	cluster.fork();
	cluster.fork();
} else {
	const { Pool } = require("pg");
	const app = require("fastify")();
	const pool = new Pool({ max: 4 });
	const columns = process.env.BENCH_COLUMNS;
	const list = {
		name: "list",
		text: `select ${columns} from konak.customers
		    where company_id = $1 and deleted_at is null
		    order by company_name collate "tr-x-icu", id limit 50`,
	};

	app.get("/customers/:company", async (req) =>
		(await pool.query({ ...list, values: [req.params.company] })).rows);
	app.listen({ port: Number(process.env.BENCH_PORT), host: "127.0.0.1" });
}
