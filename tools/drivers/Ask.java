import java.sql.DriverManager;

/** Asks a Postgres who it is talking to, by the driver of Java. */
public class Ask {
  public static void main(String[] arguments) {
    String question = "SELECT current_user || ' ' || ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    try (var connection = DriverManager.getConnection(System.getenv("DATABASE_URL"));
        var rows = connection.createStatement().executeQuery(question)) {
      rows.next();
      System.out.println("jdbc " + rows.getString(1));
    } catch (Exception error) {
      System.out.println("jdbc failed: " + error.getMessage() + " " + error.getCause());
    }
  }
}
