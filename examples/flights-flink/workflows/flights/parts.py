"""What share of the flights is late, by part of the day."""

from aiflow_flink import FlinkContext, FlinkPythonProcessor

PARTS = [("night", 0), ("morning", 6), ("afternoon", 12), ("evening", 18)]


class ReadHours(FlinkPythonProcessor):
    """Makes the table that the SQL job has written known, and says its name."""

    def process(self, context: FlinkContext, inputs):
        context.table_env.execute_sql(
            f"""CREATE TEMPORARY TABLE delays (departure INT, flights BIGINT, minutes BIGINT, late BIGINT)
            WITH ('connector' = 'filesystem', 'path' = '{context.execution_dir}/delays', 'format' = 'csv')"""
        )
        return "delays"


class PartsOfTheDay(FlinkPythonProcessor):
    def process(self, context: FlinkContext, inputs):
        (table,) = inputs
        flights, late = dict.fromkeys(dict(PARTS), 0), dict.fromkeys(dict(PARTS), 0)
        with context.table_env.from_path(table).execute().collect() as rows:
            for departure, of_the_hour, _minutes, late_ones in rows:
                part = [name for name, begins in PARTS if begins <= departure][-1]
                flights[part] += of_the_hour
                late[part] += late_ones
        shares = {part: late[part] / flights[part] for part in flights if flights[part] > 0}
        lines = [
            f"{part:9} {share:6.1%} late{'  !' if share > context.config['late'] else ''}" for part, share in shares.items()
        ]
        (context.execution_dir / "parts.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
        return {part: [late[part], flights[part]] for part in shares}
