import java.io.IOException;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Logs with java.util.logging and ends with an uncaught exception that has causes. */
public class Uncaught {
  private static final Logger LOGGER = Logger.getLogger(Uncaught.class.getName());

  static void connect() throws IOException {
    IOException refused = new IOException("Connection refused");
    refused.addSuppressed(new IllegalStateException("and the socket was not closed"));
    throw refused;
  }

  static void query() {
    try {
      connect();
    } catch (IOException cause) {
      throw new IllegalStateException("Database connection failed", cause);
    }
  }

  public static void main(String[] arguments) {
    LOGGER.info("Server starts");
    LOGGER.warning("the cache is 91 % full");
    try {
      query();
    } catch (IllegalStateException failure) {
      LOGGER.log(Level.SEVERE, "Request failed", failure);
    }
    try {
      query();
    } catch (IllegalStateException cause) {
      throw new RuntimeException("Request failed\nand was not tried again", cause);
    }
  }
}
