package flights;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.api.common.accumulators.LongCounter;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.serialization.SimpleStringEncoder;
import org.apache.flink.connector.file.sink.FileSink;
import org.apache.flink.connector.file.src.FileSource;
import org.apache.flink.connector.file.src.reader.TextLineInputFormat;
import org.apache.flink.core.fs.Path;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.filesystem.bucketassigners.BasePathBucketAssigner;
import org.apache.flink.util.Collector;

/**
 * Reads lines {@code departure,flights,minutes,late} and writes the hours with the highest mean delay, the worst first:
 * {@code WorstHours <input directory> <output directory> <how many>}.
 */
public final class WorstHours {
    public static void main(String[] args) throws Exception {
        int wanted = Integer.parseInt(args[2]);
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.setRuntimeMode(RuntimeExecutionMode.BATCH);
        env.setParallelism(1);
        FileSource<String> hours =
                FileSource.forRecordStreamFormat(new TextLineInputFormat(), new Path(args[0])).build();
        FileSink<String> output =
                FileSink.forRowFormat(new Path(args[1]), new SimpleStringEncoder<String>())
                        .withBucketAssigner(new BasePathBucketAssigner<>())
                        .build();
        env.fromSource(hours, WatermarkStrategy.noWatermarks(), "hours")
                .map(new Parse())
                .fullWindowPartition()
                .mapPartition((Iterable<Hour> all, Collector<String> out) -> {
                    List<Hour> sorted = new ArrayList<>();
                    all.forEach(sorted::add);
                    sorted.sort(Comparator.comparingDouble((Hour hour) -> -hour.mean()).thenComparingInt(hour -> hour.departure));
                    sorted.stream().limit(wanted).forEach(hour -> out.collect(hour.toString()));
                })
                .returns(String.class)
                .sinkTo(output);
        env.execute("worst hours");
    }

    /** An hour of departure, over all days. */
    public static final class Hour {
        public int departure;
        public long flights;
        public long minutes;

        double mean() {
            return (double) minutes / flights;
        }

        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%02d:00  %6.2f minutes late, %d flights", departure, mean(), flights);
        }
    }

    /** Counts what it reads, in an accumulator. */
    public static final class Parse extends RichMapFunction<String, Hour> {
        private final LongCounter hours = new LongCounter();

        @Override
        public void open(OpenContext context) {
            getRuntimeContext().addAccumulator("hours", hours);
        }

        @Override
        public Hour map(String line) {
            String[] fields = line.split(",");
            Hour hour = new Hour();
            hour.departure = Integer.parseInt(fields[0]);
            hour.flights = Long.parseLong(fields[1]);
            hour.minutes = Long.parseLong(fields[2]);
            hours.add(1L);
            return hour;
        }
    }
}
