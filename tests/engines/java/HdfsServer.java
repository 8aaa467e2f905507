import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.hdfs.HdfsConfiguration;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.apache.hadoop.hdfs.MiniDFSCluster.DataNodeProperties;
import org.apache.hadoop.hdfs.MiniDFSNNTopology;
import org.apache.hadoop.hdfs.server.namenode.NameNodeAdapter;

/**
 * A whole HDFS in one process: two NameNodes, the first of them active, and one DataNode, below the directory that is
 * its argument, on ports that are free. It tells the ports of the NameNodes' WebHDFS, then obeys commands that come
 * line by line and answers each with one line. It ends when its input does, so it never outlives who started it.
 */
public final class HdfsServer {
  private final MiniDFSCluster cluster;
  private DataNodeProperties stopped;

  private HdfsServer(File directory) throws Exception {
    Configuration configuration = new HdfsConfiguration();
    configuration.setInt("dfs.ls.limit", 100); // so that a small directory has several pages
    // A DataNode that is gone is known to be gone after some seconds, not minutes.
    configuration.setInt("dfs.heartbeat.interval", 1);
    configuration.setInt("dfs.namenode.heartbeat.recheck-interval", 500);
    cluster =
        new MiniDFSCluster.Builder(configuration, directory)
            .nnTopology(MiniDFSNNTopology.simpleHATopology())
            .numDataNodes(1)
            .build();
    cluster.waitActive();
    cluster.transitionToActive(0);
    cluster.getFileSystem(0).setPermission(new Path("/"), new FsPermission((short) 0755));
  }

  public static void main(String[] arguments) throws Exception {
    HdfsServer server = new HdfsServer(new File(arguments[0]));
    StringBuilder ports = new StringBuilder("ready");
    for (int node = 0; node < 2; node++) {
      InetSocketAddress address = server.cluster.getNameNode(node).getHttpAddress();
      ports.append(' ').append(address.getPort());
    }
    System.out.println(ports);
    BufferedReader commands = new BufferedReader(new InputStreamReader(System.in));
    for (String line = commands.readLine(); line != null; line = commands.readLine()) {
      try {
        server.obey(line);
        System.out.println("done");
      } catch (Exception exception) {
        System.out.println("failed " + exception.toString().lines().findFirst().orElse(""));
      }
    }
    Runtime.getRuntime().halt(0); // an orderly end takes long, and nobody needs what it would keep
  }

  private void obey(String command) throws Exception {
    switch (command) {
      case "enter safe mode" -> NameNodeAdapter.enterSafeMode(cluster.getNameNode(0), false);
      case "leave safe mode" -> NameNodeAdapter.leaveSafeMode(cluster.getNameNode(0));
      case "activate 0" -> activate(0);
      case "activate 1" -> activate(1);
      case "activate none" -> {
        cluster.transitionToStandby(0);
        cluster.transitionToStandby(1);
      }
      case "stop datanode" -> stopped = cluster.stopDataNode(0);
      case "start datanode" -> {
        cluster.restartDataNode(stopped, true);
        cluster.waitActive();
      }
      default -> throw new IllegalArgumentException(command);
    }
  }

  private void activate(int node) throws Exception {
    cluster.transitionToStandby(1 - node);
    cluster.transitionToActive(node);
  }
}
