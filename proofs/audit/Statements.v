(* The statements of all theorems that proofs/README.md names, and nothing else. *)
(* Each block is one definition of a proposition; the audit beside this file    *)
(* checks that the theorem of that name proves it.  Blocks begin at the start of a line and end  *)
(* with a period at the end of a line that is followed by an empty line.         *)
From mathcomp Require Import all_ssreflect all_algebra.
From Blockspin Require Import Definitions RealInstance.

Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

(* theories/Exponential.v *)

Definition expo_gt0_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (x : R), 0 < e x.

Definition expo0_statement : Prop :=
  forall (R : realFieldType) (e : exponential R), e 0 = 1.

Definition expo_lt_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (x y : R), (e x < e y) = (x < y).

Definition expo_inj_statement : Prop :=
  forall (R : realFieldType) (e : exponential R), injective e.

Definition expoK_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (x : R), ln e (e x) = x.

Definition lnM_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (x y : R),
  0 < x -> 0 < y -> ln e (x * y) = ln e x + ln e y.

Definition ln_le_subr1_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (x : R), 0 < x -> ln e x <= x - 1.

Definition tanh_lt1_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (x : R), `|th e x| < 1.

(* theories/MehtaSchwab.v *)

Definition joint_is_distribution_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (V H : finType) (E : V -> H -> R),
  V -> H -> distribution (fun vh : V * H => probVH (weight_of e E) vh.1 vh.2).

Definition visible_marginal_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (V H : finType)
    (E : V -> H -> R) (v : V),
  probV (weight_of e E) v = (\sum_h e (- E v h)) / Zsum (weight_of e E) /\
  probV (weight_of e E) v = \sum_h probVH (weight_of e E) v h.

Definition hidden_marginal_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (V H : finType)
    (E : V -> H -> R) (h : H),
  probH (weight_of e E) h = (\sum_v e (- E v h)) / Zsum (weight_of e E) /\
  probH (weight_of e E) h = \sum_v probVH (weight_of e E) v h.

Definition visible_hamiltonian_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (V H : finType)
    (E : V -> H -> R) (v : V),
  H -> e (- H_RBM_visible e E v) / Zsum (weight_of e E) = probV (weight_of e E) v.

Definition hidden_hamiltonian_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (V H : finType)
    (E : V -> H -> R) (h : H),
  V -> e (- H_RBM_hidden e E h) / Zsum (weight_of e E) = probH (weight_of e E) h.

Definition rg_hamiltonian_eq_rbm_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (V H : finType)
    (E : V -> H -> R) (Hv : V -> R) (h : H),
  H_RG e (T_of E Hv) Hv h = H_RBM_hidden e E h.

Definition rg_probability_chain_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (V H : finType)
    (E : V -> H -> R) (Hv : V -> R) (h : H),
  V ->
  e (- H_RG e (T_of E Hv) Hv h) / Zsum (weight_of e E) =
  (\sum_v e (T_of E Hv v h - Hv v)) / Zsum (weight_of e E) /\
  (\sum_v e (T_of E Hv v h - Hv v)) / Zsum (weight_of e E) = probH (weight_of e E) h /\
  probH (weight_of e E) h = e (- H_RBM_hidden e E h) / Zsum (weight_of e E).

Definition rg_hamiltonian_printed_sign_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (V H : finType)
    (E : V -> H -> R) (Hv : V -> R) (h : H),
  H_RG_printed e (T_of E Hv) Hv h = - H_RBM_hidden e E h.

Definition rg_printed_sign_iff_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (V H : finType)
    (E : V -> H -> R) (Hv : V -> R) (h : H),
  V -> H_RG_printed e (T_of E Hv) Hv h = H_RBM_hidden e E h <-> \sum_v e (- E v h) = 1.

Definition expT_conditional_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (V H : finType)
    (E : V -> H -> R) (Hv : V -> R) (v : V) (h : H),
  H -> e (T_of E Hv v h) = condH (weight_of e E) h v * e (Hv v - H_RBM_visible e E v).

Definition expT_own_conditional_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (V H : finType)
    (E : V -> H -> R) (v : V) (h : H),
  H ->
  e (T_of E (H_RBM_visible e E) v h) =
  probVH (weight_of e E) v h / probV (weight_of e E) v.

Definition unit_sum_T_iff_own_marginal_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (V H : finType)
    (E : V -> H -> R) (Hv : V -> R),
  H -> unit_sum e (T_of E Hv) <-> (forall v : V, Hv v = H_RBM_visible e E v).

Definition unit_sum_marginal_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (V H : finType)
    (T : V -> H -> R) (Hv : V -> R) (v : V),
  unit_sum e T -> \sum_h e (T v h - Hv v) = e (- Hv v).

Definition expNH_RG_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (V H : finType)
    (T : V -> H -> R) (Hv : V -> R) (h : H),
  V -> e (- H_RG e T Hv h) = \sum_v e (T v h - Hv v).

Definition partition_preserved_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (V H : finType)
    (T : V -> H -> R) (Hv : V -> R),
  V -> unit_sum e T -> partition e (H_RG e T Hv) = partition e Hv.

Definition free_energy_preserved_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (V H : finType)
    (T : V -> H -> R) (Hv : V -> R),
  V -> unit_sum e T -> free_energy e (H_RG e T Hv) - free_energy e Hv = 0.

Definition correlation_preserves_partition_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (V H : finType)
    (U : V -> H -> R) (Hv : V -> R),
  (forall v : V, \sum_h e (- U v h) = 1) ->
  partition e Hv = \sum_v \sum_h e (- U v h) * e (- Hv v).

Definition correlation_unit_sum_necessary_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (V H : finType) (U : V -> H -> R),
  (forall Hv : V -> R, partition e Hv = \sum_v \sum_h e (- U v h) * e (- Hv v)) ->
  forall v : V, \sum_h e (- U v h) = 1.

Definition effective_hamiltonian_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (V H : finType)
    (U : V -> H -> R) (Hv : V -> R) (h : H),
  V ->
  H_RG e (fun (v : V) (h0 : H) => - U v h0) Hv h =
  - ln e (\sum_v e (- U v h) * e (- Hv v)) /\
  e (- H_RG e (fun (v : V) (h0 : H) => - U v h0) Hv h) =
  \sum_v e (- U v h) * e (- Hv v).

Definition effective_partition_function_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (V H : finType)
    (U : V -> H -> R) (Hv : V -> R),
  V ->
  (forall v : V, \sum_h e (- U v h) = 1) ->
  partition e Hv = \sum_h e (- H_RG e (fun (v : V) (h0 : H) => - U v h0) Hv h).

Definition joint_hamiltonian_plus_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (V H : finType)
    (E U : V -> H -> R) (Hv : V -> R),
  H ->
  (forall (v : V) (h : H), E v h = Hv v + U v h) ->
  (forall v : V, \sum_h e (- U v h) = 1) <->
  (forall v : V, Hv v = H_RBM_visible e E v).

Definition joint_hamiltonian_minus_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (V H : finType)
    (E U : V -> H -> R) (Hv : V -> R),
  H ->
  (forall (v : V) (h : H), E v h = Hv v - U v h) ->
  (forall v : V, \sum_h e (U v h) = 1) <-> (forall v : V, Hv v = H_RBM_visible e E v).

Definition joint_hamiltonian_both_signs_statement : Prop :=
  forall (R : realFieldType) (V H : finType) (Hv : V -> R)
    (U : V -> H -> R) (v : V) (h : H), Hv v + U v h = Hv v - U v h <-> U v h = 0.

Definition eq61_is_free_energy_difference_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (V H : finType)
    (T : V -> H -> R) (Hv : V -> R),
  eq61 e T Hv = free_energy e (H_RG e T Hv) - free_energy e Hv.

Definition eq61_unit_sum_zero_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (V H : finType)
    (T : V -> H -> R) (Hv : V -> R), V -> unit_sum e T -> eq61 e T Hv = 0.

Definition eq61_ge0_of_subunit_sum_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (V H : finType)
    (T : V -> H -> R) (Hv : V -> R),
  V -> H -> (forall v : V, \sum_h e (T v h) <= 1) -> 0 <= eq61 e T Hv.

Definition eq61_zero_iff_of_subunit_sum_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (V H : finType)
    (T : V -> H -> R) (Hv : V -> R),
  V -> H -> (forall v : V, \sum_h e (T v h) <= 1) -> eq61 e T Hv = 0 <-> unit_sum e T.

Definition rg_compose_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (V H H' : finType)
    (T : V -> H -> R) (T' : H -> H' -> R) (Hv : V -> R) (k : H'),
  V ->
  H ->
  H_RG e T' (H_RG e T Hv) k =
  H_RG e (fun (v : V) (k0 : H') => ln e (\sum_h e (T v h) * e (T' h k0))) Hv k.

Definition unit_sum_compose_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (V H H' : finType)
    (T : V -> H -> R) (T' : H -> H' -> R),
  H ->
  H' ->
  unit_sum e T ->
  unit_sum e T' ->
  unit_sum e (fun (v : V) (k : H') => ln e (\sum_h e (T v h) * e (T' h k))).

(* theories/Factorized.v *)

Definition factorized_marginals_statement : Prop :=
  forall (R : realFieldType) (V H : finType) (w : V -> H -> R),
  Zsum w != 0 ->
  (forall v : V, \sum_h factorized w v h = probV w v) /\
  (forall h : H, \sum_v factorized w v h = probH w h) /\
  \sum_v \sum_h factorized w v h = 1.

Definition marginals_sum_to_one_statement : Prop :=
  forall (R : realFieldType) (V H : finType) (w : V -> H -> R),
  Zsum w != 0 -> \sum_v probV w v = 1 /\ \sum_h probH w h = 1.

Definition factorized_ge0_statement : Prop :=
  forall (R : realFieldType) (V H : finType) (w : V -> H -> R),
  (forall (v : V) (h : H), 0 <= w v h) ->
  forall (v : V) (h : H), 0 <= factorized w v h.

Definition factorized_uncorrelated_statement : Prop :=
  forall (R : realFieldType) (V H : finType) (w : V -> H -> R)
    (f : V -> R) (g : H -> R),
  Zsum w != 0 ->
  \sum_v \sum_h factorized w v h * (f v * g h) =
  (\sum_v \sum_h factorized w v h * f v) * (\sum_v \sum_h factorized w v h * g h) /\
  \sum_v \sum_h factorized w v h * (f v * g h) =
  (\sum_v probV w v * f v) * (\sum_h probH w h * g h).

Definition joint_eq_factorized_iff_product_statement : Prop :=
  forall (R : realFieldType) (V H : finType) (w : V -> H -> R),
  Zsum w != 0 ->
  (forall (v : V) (h : H), probVH w v h = factorized w v h) <->
  (exists (a : V -> R) (b : H -> R), forall (v : V) (h : H), w v h = a v * b h).

Definition cross_ratio_of_product_statement : Prop :=
  forall (R : realFieldType) (V H : finType) (w : V -> H -> R),
  (exists (a : V -> R) (b : H -> R), forall (v : V) (h : H), w v h = a v * b h) ->
  forall (v v' : V) (h h' : H), w v h * w v' h' = w v h' * w v' h.

Definition marginals_do_not_determine_joint_statement : Prop :=
  forall (R : realFieldType) (V H : finType) (w : V -> H -> R),
  Zsum w != 0 ->
  ~ (exists (a : V -> R) (b : H -> R), forall (v : V) (h : H), w v h = a v * b h) ->
  (forall v : V, probV (factorized w) v = probV w v) /\
  (forall h : H, probH (factorized w) h = probH w h) /\
  (exists (v : V) (h : H), probVH (factorized w) v h != probVH w v h).

Definition rbm_eq_factorized_iff_no_coupling_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (I J : finType)
    (b : J -> R) (W : I -> J -> R) (c : I -> R),
  (forall (v : config I) (h : config J),
   probVH (rbm_weight e b W c) v h = factorized (rbm_weight e b W c) v h) <->
  (forall (i : I) (a : J), W i a = 0).

(* theories/Ising.v *)

Definition decimation_step2_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (K1 K2 : R) (s1 s2 : bool),
  \sum_s e (K1 * spin R s1 * spin R s + K2 * spin R s * spin R s2) =
  dec_A2 e K1 K2 * e (dec_K2 e K1 K2 * spin R s1 * spin R s2).

Definition decimation_step_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (K : R) (s1 s2 : bool),
  \sum_s e (K * spin R s1 * spin R s + K * spin R s * spin R s2) =
  dec_A e K * e (dec_K e K * spin R s1 * spin R s2).

Definition decimation_unique_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (K A' K' : R),
  (forall s1 s2 : bool,
   \sum_s e (K * spin R s1 * spin R s + K * spin R s * spin R s2) =
   A' * e (K' * spin R s1 * spin R s2)) <-> A' = dec_A e K /\ K' = dec_K e K.

Definition tanh_dec_K2_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (K1 K2 : R),
  th e (dec_K2 e K1 K2) = th e K1 * th e K2.

Definition tanh_dec_K_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (K : R),
  th e (dec_K e K) = th e K ^+ 2.

Definition dec_K_bounds_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (K : R),
  0 <= dec_K e K /\ dec_K e K <= `|K|.

Definition dec_K_lt_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (K : R),
  K != 0 -> 0 < dec_K e K /\ dec_K e K < `|K|.

Definition dec_K_fixed_point_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (K : R), dec_K e K = K <-> K = 0.

Definition field_step_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (K h : R) (s1 s2 : bool),
  field_weight e K h s1 s2 =
  field_A e K h *
  e
    (field_K e K h * spin R s1 * spin R s2 +
     field_h e K h / 2 * (spin R s1 + spin R s2)).

Definition field_step_unique_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (K h A' K' h' : R),
  0 < A' ->
  (forall s1 s2 : bool,
   field_weight e K h s1 s2 =
   A' * e (K' * spin R s1 * spin R s2 + h' / 2 * (spin R s1 + spin R s2))) <->
  [/\ A' = field_A e K h, K' = field_K e K h & h' = field_h e K h].

Definition decimation_on_graph_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (S D : finType)
    (l r : D -> S) (K1 K2 : D -> R) (F : config S -> R) (s : config S),
  \sum_t graph_weight e l r K1 K2 F s t =
  \prod_d dec_A2 e (K1 d) (K2 d) * graph_decimated e l r K1 K2 F s.

Definition graph_partition_decimated_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (S D : finType)
    (l r : D -> S) (K1 K2 : D -> R) (F : config S -> R),
  \sum_s \sum_t graph_weight e l r K1 K2 F s t =
  \prod_d dec_A2 e (K1 d) (K2 d) * (\sum_s graph_decimated e l r K1 K2 F s).

Definition graph_means_preserved_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (S D : finType)
    (l r : D -> S) (K1 K2 : D -> R) (F g : config S -> R),
  (\sum_s \sum_t g s * graph_weight e l r K1 K2 F s t) /
  (\sum_s \sum_t graph_weight e l r K1 K2 F s t) =
  (\sum_s g s * graph_decimated e l r K1 K2 F s) /
  (\sum_s graph_decimated e l r K1 K2 F s).

Definition ring_decimation_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (N : nat) (K : R),
  ring_Z e N.*2 K = dec_A e K ^+ N * ring_Z e N (dec_K e K).

Definition ring_means_preserved_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (N : nat)
    (K : R) (g : config [finType of 'I_N] -> R),
  ring_mean e K (fun s : config [finType of 'I_N.*2] => g (survivors s)) =
  ring_mean e (dec_K e K) g.

Definition ring_correlator_preserved_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (N : nat) (K : R) (i j : 'I_N),
  ring_mean e K
    (fun s : config [finType of 'I_N.*2] =>
     spin R (s (even_site i)) * spin R (s (even_site j))) =
  ring_mean e (dec_K e K)
    (fun s : config [finType of 'I_N] => spin R (s i) * spin R (s j)).

Definition ring_free_energy_recursion_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (N : nat) (K : R),
  (0 < N)%N ->
  ln e (ring_Z e N.*2 K) / N.*2%:R =
  ln e (dec_A e K) / 2 + 1 / 2 * (ln e (ring_Z e N (dec_K e K)) / N%:R).

(* theories/TransferMatrix.v *)

Definition ring_sum_trace_statement : Prop :=
  forall (R : comRingType) (q : nat) (M : 'M[R]_q.+1) (n : nat),
  \sum_(c : {ffun 'I_n.+1 -> 'I_q.+1}) \prod_i M (c i) (c (next i)) = \tr (M ^+ n.+1).

Definition ring_trace_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (n : nat) (K : R),
  ring_Z e n.+1 K = \tr (transfer e K ^+ n.+1).

Definition transfer_squared_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (K : R),
  transfer e K *m transfer e K = dec_A e K *: transfer e (dec_K e K).

Definition transfer_power_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (n : nat) (K : R) (i j : 'I_2),
  (transfer e K ^+ n) i j =
  ((2 * ch e K) ^+ n + spin R (i == ord0) * spin R (j == ord0) * (2 * sh e K) ^+ n) /
  2.

Definition ring_closed_form_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (n : nat) (K : R),
  ring_Z e n.+1 K = (2 * ch e K) ^+ n.+1 + (2 * sh e K) ^+ n.+1.

(* theories/Marginalization.v *)

Definition marginal_hamiltonian_weight_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (beta : R),
  beta != 0 ->
  forall (X Y : finType) (H : X -> Y -> R) (x : X),
  Y -> e (- beta * marginal_hamiltonian e beta H x) = \sum_y e (- beta * H x y).

Definition marginal_hamiltonian_partition_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (beta : R),
  beta != 0 ->
  forall (X Y : finType) (H : X -> Y -> R),
  Y ->
  \sum_x e (- beta * marginal_hamiltonian e beta H x) =
  \sum_x \sum_y e (- beta * H x y).

Definition marginal_steps_compose_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (beta : R),
  beta != 0 ->
  forall (X Y Z : finType) (H : X -> Y -> Z -> R) (x : X),
  Y ->
  Z ->
  marginal_hamiltonian e beta (fun x0 : X => [eta marginal_hamiltonian e beta (H x0)])
    x = marginal_hamiltonian e beta (fun (x0 : X) (yz : Y * Z) => H x0 yz.1 yz.2) x.

Definition marginal_means_statement : Prop :=
  forall (R : realFieldType) (X Y Z : finType) (p : X -> Y -> Z -> R) (f : X -> R),
  \sum_x \sum_y \sum_z f x * p x y z = \sum_x \sum_y f x * (\sum_z p x y z) /\
  \sum_x \sum_y f x * (\sum_z p x y z) = \sum_x f x * (\sum_y \sum_z p x y z).

Definition marginal_means_functional_statement : Prop :=
  forall (R : realFieldType) (X : finType) (Y Z : Type) (Iy : (Y -> R) -> R)
    (Iz : (Z -> R) -> R) (p : X -> Y -> Z -> R) (f : X -> R),
  (forall g g' : Y -> R, g =1 g' -> Iy g = Iy g') ->
  (forall (c : R) (g : Y -> R), Iy (fun y : Y => c * g y) = c * Iy g) ->
  (forall (c : R) (g : Z -> R), Iz (fun z : Z => c * g z) = c * Iz g) ->
  \sum_x Iy (fun y : Y => Iz (fun z : Z => f x * p x y z)) =
  \sum_x Iy (fun y : Y => f x * Iz (p x y)) /\
  \sum_x Iy (fun y : Y => f x * Iz (p x y)) =
  \sum_x f x * Iy (fun y : Y => Iz (p x y)).

(* theories/GaussianDBM.v *)

Definition gauss_complete_square_statement : Prop :=
  forall (R : realFieldType) (k : nat) (M : 'M[R]_k) (J z : 'cV[R]_k),
  M^T = M ->
  M \in unitmx ->
  gauss_exponent M J z =
  - (1 / 2) * form (z - invmx M *m J) M (z - invmx M *m J) +
  1 / 2 * form J (invmx M) J.

Definition gauss_functional_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (k : nat)
    (M : 'M[R]_k) (J : 'cV[R]_k) (I : ('cV[R]_k -> R) -> R),
  M^T = M ->
  M \in unitmx ->
  (forall f g : 'cV[R]_k -> R, f =1 g -> I f = I g) ->
  (forall (c : R) (f : 'cV[R]_k -> R), I (fun v : 'cV[R]_k => c * f v) = c * I f) ->
  (forall u : matrix_zmodType R k 1,
   I (fun v : 'cV[R]_k => e (- (1 / 2) * form (v - u) M (v - u))) =
   I (fun v : 'cV[R]_k => e (- (1 / 2) * form v M v))) ->
  I (fun v : 'cV[R]_k => e (gauss_exponent M J v)) =
  I (fun v : 'cV[R]_k => e (- (1 / 2) * form v M v)) * e (1 / 2 * form J (invmx M) J).

Definition dbm_energy_split_statement : Prop :=
  forall (R : realFieldType) (n m p : nat) (beta : R) (a : 'cV[R]_n)
    (A : 'M[R]_(n, m)) (B : 'M[R]_(m, p)) (x : 'cV[R]_n) (y : 'cV[R]_m)
    (z : 'cV[R]_p),
  - beta * dbm_energy a A B x y z =
  - beta * (- dot a x + 1 / 2 * dot y y - form x A y) +
  gauss_exponent (zstep_M p beta) (zstep_J beta B y) z.

Definition dbm_energy_split_printed_iff_statement : Prop :=
  forall (R : realFieldType) (n m p : nat) (beta : R) (a : 'cV[R]_n)
    (A : 'M[R]_(n, m)) (B : 'M[R]_(m, p)) (x : 'cV[R]_n) (y : 'cV[R]_m)
    (z : 'cV[R]_p),
  - beta * dbm_energy a A B x y z =
  - beta * (- dot a x + 1 / 2 * dot y y - form x A y) +
  (- beta * dot z z + beta * form y B z) <-> beta = 0 \/ z = 0.

Definition ham_xy_eq_statement : Prop :=
  forall (R : realFieldType) (n m p : nat) (e : exponential R)
    (tau beta : R) (a : 'cV[R]_n) (A : 'M[R]_(n, m)) (B : 'M[R]_(m, p)),
  0 < beta ->
  0 < tau ->
  forall (x : 'cV[R]_n) (y : 'cV[R]_m),
  ham_xy e tau beta a A B x y =
  f_right p e tau beta - dot a x + 1 / 2 * form y (1%:M - B2 B) y - form x A y.

Definition f_printed_iff_statement : Prop :=
  forall (R : realFieldType) (p : nat) (e : exponential R) (tau beta : R),
  0 < beta ->
  0 < tau -> f_printed p e tau beta = f_right p e tau beta <-> p = 1%N \/ beta = 1.

Definition cgf_eq_statement : Prop :=
  forall (R : realFieldType) (p : nat) (e : exponential R) (tau beta : R),
  0 < beta -> 0 < tau -> forall t : 'cV[R]_p, K_z e tau beta t = 1 / (2 * beta) * dot t t.

Definition cgf_printed_statement : Prop :=
  forall (R : realFieldType) (p : nat) (e : exponential R) (tau beta : R),
  0 < beta ->
  0 < tau ->
  forall t : 'cV[R]_p,
  K_z_printed e tau beta t = 1 / (2 * beta) * dot t t + (1 - p%:R) / 2 * ln e beta.

Definition cgf_printed_iff_statement : Prop :=
  forall (R : realFieldType) (p : nat) (e : exponential R) (tau beta : R),
  0 < beta ->
  0 < tau ->
  forall t : 'cV[R]_p,
  K_z_printed e tau beta t = 1 / (2 * beta) * dot t t <-> p = 1%N \/ beta = 1.

Definition cgf_at_coupling_statement : Prop :=
  forall (R : realFieldType) (m p : nat) (e : exponential R)
    (tau beta : R) (B : 'M[R]_(m, p)),
  0 < beta ->
  0 < tau ->
  forall y : 'cV[R]_m,
  K_z e tau beta (beta *: (B^T *m y)) = beta / 2 * form y (B *m B^T) y.

Definition ham_xy_cgf_statement : Prop :=
  forall (R : realFieldType) (n m p : nat) (e : exponential R)
    (tau beta : R) (a : 'cV[R]_n) (A : 'M[R]_(n, m)) (B : 'M[R]_(m, p)),
  0 < beta ->
  0 < tau ->
  forall (x : 'cV[R]_n) (y : 'cV[R]_m),
  ham_xy e tau beta a A B x y =
  f_right p e tau beta - dot a x + 1 / 2 * dot y y - form x A y -
  1 / beta * K_z e tau beta (beta *: (B^T *m y)).

Definition ham_xy_cgf_printed_iff_statement : Prop :=
  forall (R : realFieldType) (n m p : nat) (e : exponential R)
    (tau beta : R) (a : 'cV[R]_n) (A : 'M[R]_(n, m)) (B : 'M[R]_(m, p)),
  0 < beta ->
  0 < tau ->
  forall (x : 'cV[R]_n) (y : 'cV[R]_m),
  ham_xy e tau beta a A B x y =
  f_right p e tau beta - dot a x + 1 / 2 * dot y y -
  1 / beta * K_z e tau beta (beta *: (B^T *m y)) <-> form x A y = 0.

Definition cumulant_expansion_at_coupling_statement : Prop :=
  forall (R : realFieldType) (m p : nat) (beta : R) (B : 'M[R]_(m, p)),
  0 < beta ->
  forall (k1 : 'cV[R]_p) (k2 : R) (y : 'cV[R]_m),
  - (1 / beta) *
  (dot k1 (beta *: (B^T *m y)) +
   k2 / 2 * dot (beta *: (B^T *m y)) (beta *: (B^T *m y))) =
  - dot k1 (B^T *m y) - k2 / 2 * beta * form y (B *m B^T) y.

Definition ham_xy_cumulants_statement : Prop :=
  forall (R : realFieldType) (n m p : nat) (e : exponential R)
    (tau beta : R) (a : 'cV[R]_n) (A : 'M[R]_(n, m)) (B : 'M[R]_(m, p)),
  0 < beta ->
  0 < tau ->
  forall (x : 'cV[R]_n) (y : 'cV[R]_m),
  ham_xy e tau beta a A B x y =
  f_right p e tau beta - dot a x + 1 / 2 * dot y y - form x A y - dot 0 (B^T *m y) -
  beta^-1 / 2 * beta * form y (B *m B^T) y.

Definition ham_xy_exponent_statement : Prop :=
  forall (R : realFieldType) (n m p : nat) (e : exponential R)
    (tau beta : R) (a : 'cV[R]_n) (A : 'M[R]_(n, m)) (B : 'M[R]_(m, p)),
  0 < beta ->
  0 < tau ->
  forall (x : 'cV[R]_n) (y : 'cV[R]_m),
  - beta * ham_xy e tau beta a A B x y =
  - beta * (f_right p e tau beta - dot a x) +
  gauss_exponent (ystep_M beta B) (ystep_J beta A x) y.

Definition ham_x_eq_statement : Prop :=
  forall (R : realFieldType) (n m p : nat) (e : exponential R)
    (tau beta : R) (a : 'cV[R]_n) (A : 'M[R]_(n, m)) (B : 'M[R]_(m, p)),
  0 < beta ->
  0 < tau ->
  1%:M - B2 B \in unitmx ->
  0 < \det (1%:M - B2 B) ->
  forall x : 'cV[R]_n,
  ham_x e tau beta a A B x =
  g_right e tau beta B - dot a x - 1 / 2 * form x (A2 A B) x.

Definition ham_x_is_integral_statement : Prop :=
  forall (R : realFieldType) (n m p : nat) (e : exponential R)
    (tau beta : R) (a : 'cV[R]_n) (A : 'M[R]_(n, m)) (B : 'M[R]_(m, p)),
  0 < beta ->
  forall x : 'cV[R]_n,
  - beta * ham_x e tau beta a A B x =
  - beta * (f_right p e tau beta - dot a x) +
  gauss_log e tau (ystep_M beta B) (ystep_J beta A x).

Definition marginal_x_exponent_statement : Prop :=
  forall (R : realFieldType) (n m p : nat) (e : exponential R)
    (tau beta : R) (a : 'cV[R]_n) (A : 'M[R]_(n, m)) (B : 'M[R]_(m, p)),
  0 < beta ->
  1%:M - B2 B \in unitmx ->
  forall x : 'cV[R]_n,
  - beta * ham_x e tau beta a A B x =
  ln e (tau ^+ m / (beta ^+ m * \det (1%:M - B2 B))) / 2 -
  beta * (f_right p e tau beta - dot a x - 1 / 2 * form x (A2 A B) x).

Definition ham_x_printed_sign_iff_statement : Prop :=
  forall (R : realFieldType) (n m p : nat) (e : exponential R)
    (tau beta : R) (a : 'cV[R]_n) (A : 'M[R]_(n, m)) (B : 'M[R]_(m, p)),
  0 < beta ->
  0 < tau ->
  1%:M - B2 B \in unitmx ->
  0 < \det (1%:M - B2 B) ->
  forall x : 'cV[R]_n,
  ham_x e tau beta a A B x =
  g_right e tau beta B - dot a x + 1 / 2 * form x (A2 A B) x <->
  form x (A2 A B) x = 0.

Definition g_printed18_iff_statement : Prop :=
  forall (R : realFieldType) (m p : nat) (e : exponential R)
    (tau beta : R) (B : 'M[R]_(m, p)),
  0 < beta ->
  0 < tau ->
  0 < \det (1%:M - B2 B) ->
  0 < 1 - \det (B2 B) ->
  g_printed18 e tau beta B = g_right e tau beta B <->
  beta ^+ 2 * (1 - \det (B2 B)) = beta ^+ (p + m) * \det (1%:M - B2 B).

Definition g_printed22_opposite_statement : Prop :=
  forall (R : realFieldType) (m p : nat) (e : exponential R)
    (tau beta : R) (B : 'M[R]_(m, p)),
  g_printed22 e tau beta B = - g_printed18 e tau beta B.

Definition cgf_at_half_inverse_statement : Prop :=
  forall (R : realFieldType) (n m p : nat) (e : exponential R)
    (tau beta : R) (A : 'M[R]_(n, m)) (B : 'M[R]_(m, p)),
  0 < beta ->
  0 < tau ->
  forall (S0 : 'M[R]_m) (x : 'cV[R]_n),
  S0 *m S0^T = invmx (1%:M - B2 B) ->
  K_z e tau beta (beta *: (S0^T *m (A^T *m x))) = beta / 2 * form x (A2 A B) x.

Definition ham_x_cgf_statement : Prop :=
  forall (R : realFieldType) (n m p : nat) (e : exponential R)
    (tau beta : R) (a : 'cV[R]_n) (A : 'M[R]_(n, m)) (B : 'M[R]_(m, p)),
  0 < beta ->
  0 < tau ->
  1%:M - B2 B \in unitmx ->
  0 < \det (1%:M - B2 B) ->
  forall (S0 : 'M[R]_m) (x : 'cV[R]_n),
  S0 *m S0^T = invmx (1%:M - B2 B) ->
  ham_x e tau beta a A B x =
  g_right e tau beta B - dot a x -
  1 / beta * K_z e tau beta (beta *: (S0^T *m (A^T *m x))).

Definition joint_determinant_statement : Prop :=
  forall (R : realFieldType) (m p : nat) (beta : R) (B : 'M[R]_(m, p)),
  \det (joint_M beta B) = beta ^+ (m + p) * \det (1%:M - B *m B^T).

Definition determinant_order_statement : Prop :=
  forall (R : realFieldType) (m p : nat) (B : 'M[R]_(m, p)),
  \det (1%:M - B *m B^T) = \det (1%:M - B^T *m B).

Definition joint_elimination_statement : Prop :=
  forall (R : realFieldType) (n m p : nat) (e : exponential R)
    (tau beta : R) (a : 'cV[R]_n) (A : 'M[R]_(n, m)) (B : 'M[R]_(m, p)),
  0 < beta ->
  0 < tau ->
  1%:M - B2 B \in unitmx ->
  0 < \det (1%:M - B2 B) ->
  forall x : 'cV[R]_n,
  ham_x e tau beta a A B x =
  - dot a x - beta^-1 * gauss_log e tau (joint_M beta B) (joint_J p beta A x).

Definition joint_exponent_statement : Prop :=
  forall (R : realFieldType) (n m p : nat) (beta : R) (a : 'cV[R]_n)
    (A : 'M[R]_(n, m)) (B : 'M[R]_(m, p)) (x : 'cV[R]_n) (y : 'cV[R]_m)
    (z : 'cV[R]_p),
  - beta * dbm_energy a A B x y z =
  beta * dot a x + gauss_exponent (joint_M beta B) (joint_J p beta A x) (col_mx y z).

(* theories/BlockRG.v *)

Definition block_weight_split_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (J B C : finType)
    (Kb : J -> B -> R) (q : J -> C -> B -> R) (K1 : {ffun J -> B} -> R)
    (x' : {ffun J -> C}),
  blk_weight e Kb q K1 x' =
  \sum_(x : {ffun J -> B}) e (K1 x) * \prod_j (q j (x' j) (x j) * e (Kb j (x j))).

Definition block_Z0_product_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (J B : finType) (Kb : J -> B -> R),
  blk_Z0 e Kb = \prod_j blk_Zb e Kb j.

Definition block_Z0_power_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (J B : finType)
    (Kb : J -> B -> R) (Zb : R),
  (forall j : J, blk_Zb e Kb j = Zb) -> blk_Z0 e Kb = Zb ^+ #|J|.

Definition block_pH_distribution_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (J B : finType)
    (Kb : J -> B -> R) (j : J), B -> distribution (blk_pH e Kb j).

Definition block_bayes_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (J B C : finType)
    (Kb : J -> B -> R) (q : J -> C -> B -> R),
  (forall (j : J) (c : C) (b : B), 0 <= q j c b) ->
  forall (j : J) (b : B) (c : C),
  q j c b * (1 / blk_Zb e Kb j * e (Kb j b)) = q j c b * blk_pH e Kb j b /\
  q j c b * blk_pH e Kb j b = blk_pHV e Kb q j b c * blk_pV e Kb q j c.

Definition block_p0_product_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (J B C : finType)
    (Kb : J -> B -> R) (q : J -> C -> B -> R) (x' : {ffun J -> C}),
  B -> \sum_x blk_kernel q x' x * (e (blk_K0 Kb x) / blk_Z0 e Kb) = blk_p0 e Kb q x'.

Definition block_weight_mean_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (J B C : finType)
    (Kb : J -> B -> R) (q : J -> C -> B -> R) (K1 : {ffun J -> B} -> R),
  (forall (j : J) (c : C) (b : B), 0 <= q j c b) ->
  forall x' : {ffun J -> C},
  blk_weight e Kb q K1 x' =
  blk_Z0 e Kb * blk_p0 e Kb q x' *
  blk_mean0 e Kb q (fun x : {ffun J -> B} => e (K1 x)) x'.

Definition block_cond0_distribution_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (J B C : finType)
    (Kb : J -> B -> R) (q : J -> C -> B -> R),
  (forall (j : J) (c : C) (b : B), 0 <= q j c b) ->
  (forall (j : J) (c : C), 0 < blk_pV e Kb q j c) ->
  forall x' : {ffun J -> C}, distribution ((blk_cond0 e Kb q)^~ x').

Definition block_hamiltonian_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (J B C : finType)
    (Kb : J -> B -> R) (q : J -> C -> B -> R) (K1 : {ffun J -> B} -> R),
  (forall (j : J) (c : C) (b : B), 0 <= q j c b) ->
  (forall (j : J) (c : C), 0 < blk_pV e Kb q j c) ->
  forall x' : {ffun J -> C},
  B ->
  blk_K' e Kb q K1 x' =
  ln e (blk_Z0 e Kb) + ln e (blk_p0 e Kb q x') +
  ln e (blk_mean0 e Kb q (fun x : {ffun J -> B} => e (K1 x)) x').

Definition block_weight_total_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (J B C : finType)
    (Kb : J -> B -> R) (q : J -> C -> B -> R) (K1 : {ffun J -> B} -> R),
  (forall (j : J) (b : B), \sum_c q j c b = 1) ->
  \sum_x' blk_weight e Kb q K1 x' = blk_Z e Kb K1.

Definition block_marginal_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (J B C : finType)
    (Kb : J -> B -> R) (q : J -> C -> B -> R) (K1 : {ffun J -> B} -> R)
    (x' : {ffun J -> C}), blk_p e Kb q K1 x' = blk_weight e Kb q K1 x' / blk_Z e Kb K1.

Definition block_full_marginal_iff_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (J B C : finType)
    (Kb : J -> B -> R) (q : J -> C -> B -> R) (K1 : {ffun J -> B} -> R)
    (x' : {ffun J -> C}),
  B ->
  blk_weight e Kb q K1 x' != 0 ->
  blk_weight e Kb q K1 x' =
  blk_Z0 e Kb * blk_p e Kb q K1 x' *
  blk_mean0 e Kb q (fun x : {ffun J -> B} => e (K1 x)) x' <->
  blk_Z e Kb K1 =
  blk_Z0 e Kb * blk_mean0 e Kb q (fun x : {ffun J -> B} => e (K1 x)) x'.

Definition block_Zb_product_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (S T : finType) (k : S -> T -> R),
  \sum_(x : {ffun S -> T}) e (\sum_i k i (x i)) = \prod_i (\sum_t e (k i t)).

(* theories/Inequalities.v *)

Definition jensen_expo_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (X : finType) (p f : X -> R),
  distribution p -> e (expect p f) <= expect p (fun x : X => e (f x)).

Definition log_sum_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (X : finType) (a b : X -> R),
  (forall x : X, 0 <= a x) ->
  (forall x : X, 0 <= b x) ->
  dominated a b ->
  (\sum_x a x) * ln e ((\sum_x a x) / (\sum_x b x)) <= \sum_x a x * ln e (a x / b x).

Definition kl_ge0_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (X : finType) (p q : X -> R),
  distribution p -> distribution q -> dominated p q -> 0 <= KL e p q.

Definition kl_eq0_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (X : finType) (p q : X -> R),
  distribution p ->
  distribution q -> dominated p q -> KL e p q = 0 <-> (forall x : X, p x = q x).

Definition data_processing_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (X : finType) (p q : X -> R),
  distribution p ->
  distribution q ->
  dominated p q ->
  forall (Y : finType) (k : X -> Y -> R),
  (forall (x : X) (y : Y), 0 <= k x y) ->
  (forall x : X, \sum_y k x y = 1) ->
  KL e (fun y : Y => \sum_x p x * k x y) (fun y : Y => \sum_x q x * k x y) <= KL e p q.

Definition jensen_ln_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (X : finType) (p f : X -> R),
  distribution p ->
  (forall x : X, 0 < f x) -> expect p (fun x : X => ln e (f x)) <= ln e (expect p f).

Definition kl_joint_factorized_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (V H : finType) (w : V -> H -> R),
  (forall (v : V) (h : H), 0 <= w v h) ->
  Zsum w != 0 ->
  KL e (fun vh : V * H => probVH w vh.1 vh.2)
    (fun vh : (V * H)%type => factorized w vh.1 vh.2) =
  mutual_information e w.

Definition mutual_information_ge0_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (V H : finType) (w : V -> H -> R),
  (forall (v : V) (h : H), 0 <= w v h) -> Zsum w != 0 -> 0 <= mutual_information e w.

Definition mutual_information_eq0_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (V H : finType) (w : V -> H -> R),
  (forall (v : V) (h : H), 0 <= w v h) ->
  Zsum w != 0 ->
  mutual_information e w = 0 <->
  (forall (v : V) (h : H), probVH w v h = factorized w v h).

Definition gibbs_bogoliubov_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (X : finType) (H : X -> R),
  X ->
  forall H0 : X -> R,
  free_energy e H <=
  free_energy e H0 + expect (boltzmann e H0) (fun x : X => H x - H0 x).

Definition variational_free_energy_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (X : finType) (H : X -> R),
  X ->
  forall p : X -> R,
  distribution p ->
  free_energy e H <= expect p H - entropy e p /\
  (free_energy e H = expect p H - entropy e p <->
   (forall x : X, p x = boltzmann e H x)).

Definition kadanoff_moving_bound_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (X : finType) (H : X -> R),
  X ->
  forall D : X -> R,
  expect (boltzmann e H) D = 0 ->
  free_energy e (fun x : X => H x + D x) <= free_energy e H.

Definition kadanoff_lower_bound_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (V H : finType)
    (T U : V -> H -> R) (Hv : V -> R),
  V ->
  H ->
  unit_sum e T ->
  \sum_v \sum_h e (T v h - Hv v) * U v h = 0 ->
  free_energy e (H_RG e (fun (v : V) (h : H) => T v h + U v h) Hv) <= free_energy e Hv.

(* theories/Walsh.v *)

Definition walsh_orthogonal_statement : Prop :=
  forall (R : realFieldType) (I : finType) (S0 T : {set I}),
  \sum_s walsh R S0 s * walsh R T s = (if S0 == T then (2 ^ #|I|)%:R else 0).

Definition walsh_complete_statement : Prop :=
  forall (R : realFieldType) (I : finType) (s t : config I),
  \sum_S walsh R S s * walsh R S t = (if s == t then (2 ^ #|I|)%:R else 0).

Definition walsh_expansion_statement : Prop :=
  forall (R : realFieldType) (I : finType) (f : config I -> R) (s : config I),
  f s = multilinear (walsh_coef f) s.

Definition walsh_unique_statement : Prop :=
  forall (R : realFieldType) (I : finType) (c : {set I} -> R) (f : config I -> R),
  (forall s : config I, f s = multilinear c s) ->
  forall S : {set I}, c S = walsh_coef f S.

Definition hamiltonian_expansion_statement : Prop :=
  forall (R : realFieldType) (I : finType) (H : config I -> R),
  exists ! K : {ffun {set I} -> R},
    forall s : config I, H s = - (\sum_(S | S != set0) K S * walsh R S s) + K set0.

(* theories/Stationarity.v *)

Definition balance_stationary_statement : Prop :=
  forall (R : realFieldType) (X : finType) (p : X -> R) (P : X -> X -> R),
  (forall x : X, \sum_y P x y = 1) -> detailed_balance p P -> stationary p P.

Definition stationary_compose_statement : Prop :=
  forall (R : realFieldType) (X : finType) (p : X -> R) (P Q : X -> X -> R),
  stationary p P -> stationary p Q -> stationary p (compose P Q).

Definition balance_mixture_statement : Prop :=
  forall (R : realFieldType) (X : finType) (p : X -> R) (I : finType)
    (a : I -> R) (P : I -> X -> X -> R),
  (forall i : I, detailed_balance p (P i)) ->
  detailed_balance p (fun x y : X => \sum_i a i * P i x y).

Definition metropolis_balance_statement : Prop :=
  forall (R : realFieldType) (X : finType) (p : X -> R) (q : X -> X -> R),
  (forall x : X, 0 < p x) ->
  (forall x y : X, q x y = q y x) -> detailed_balance p (metropolis p q).

Definition metropolis_kernel_statement : Prop :=
  forall (R : realFieldType) (X : finType) (p : X -> R) (q : X -> X -> R),
  (forall x : X, 0 < p x) ->
  (forall x y : X, 0 <= q x y) ->
  (forall x : X, \sum_y q x y = 1) -> kernel (metropolis p q).

Definition metropolis_stationary_statement : Prop :=
  forall (R : realFieldType) (X : finType) (p : X -> R) (q : X -> X -> R),
  (forall x : X, 0 < p x) ->
  (forall x y : X, q x y = q y x) ->
  (forall x y : X, 0 <= q x y) ->
  (forall x : X, \sum_y q x y = 1) -> stationary p (metropolis p q).

Definition heat_bath_balance_statement : Prop :=
  forall (R : realFieldType) (X : finType) (Y : eqType) (r : X -> Y) (p : X -> R),
  detailed_balance p (heat_bath r p).

Definition heat_bath_kernel_statement : Prop :=
  forall (R : realFieldType) (X : finType) (Y : eqType) (r : X -> Y) (p : X -> R),
  (forall x : X, 0 < p x) -> kernel (heat_bath r p).

Definition heat_bath_stationary_statement : Prop :=
  forall (R : realFieldType) (X : finType) (Y : eqType) (r : X -> Y) (p : X -> R),
  (forall x : X, 0 < p x) -> stationary p (heat_bath r p).

Definition gibbs_h_balance_statement : Prop :=
  forall (R : realFieldType) (V H : finType) (w : V -> H -> R),
  detailed_balance (fun x : (V * H)%type => probVH w x.1 x.2) (gibbs_h w).

Definition gibbs_v_balance_statement : Prop :=
  forall (R : realFieldType) (V H : finType) (w : V -> H -> R),
  detailed_balance (fun x : (V * H)%type => probVH w x.1 x.2) (gibbs_v w).

Definition gibbs_sweep_stationary_statement : Prop :=
  forall (R : realFieldType) (V H : finType) (w : V -> H -> R),
  (forall (v : V) (h : H), 0 < w v h) ->
  stationary (fun x : (V * H)%type => probVH w x.1 x.2) (gibbs_sweep w).

Definition gibbs_visible_balance_statement : Prop :=
  forall (R : realFieldType) (V H : finType) (w : V -> H -> R),
  (forall (v : V) (h : H), 0 < w v h) -> detailed_balance (probV w) (gibbs_visible w).

Definition gibbs_visible_stationary_statement : Prop :=
  forall (R : realFieldType) (V H : finType) (w : V -> H -> R),
  (forall (v : V) (h : H), 0 < w v h) -> H -> stationary (probV w) (gibbs_visible w).

(* theories/RbmConditionals.v *)

Definition hidden_on_logistic_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (I J : finType)
    (b : J -> R) (W : I -> J -> R) (c : I -> R) (v : config I)
    (a : J), hidden_on e b W c v a = logistic e (2 * hidden_field b W v a).

Definition visible_on_logistic_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (I J : finType)
    (b : J -> R) (W : I -> J -> R) (c : I -> R) (h : config J)
    (i : I), visible_on e b W c h i = logistic e (2 * visible_field W c h i).

Definition hidden_mean_tanh_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (I J : finType)
    (b : J -> R) (W : I -> J -> R) (c : I -> R) (v : config I)
    (a : J),
  \sum_h condH (rbm_weight e b W c) h v * spin R (h a) = th e (hidden_field b W v a).

Definition visible_mean_tanh_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (I J : finType)
    (b : J -> R) (W : I -> J -> R) (c : I -> R) (h : config J)
    (i : I),
  \sum_v condV (rbm_weight e b W c) v h * spin R (v i) = th e (visible_field W c h i).

Definition hidden_on_never_tanh_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (I J : finType)
    (b : J -> R) (W : I -> J -> R) (c : I -> R) (v : config I)
    (a : J), hidden_on e b W c v a <> th e (hidden_field b W v a).

Definition visible_on_never_tanh_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (I J : finType)
    (b : J -> R) (W : I -> J -> R) (c : I -> R) (h : config J)
    (i : I), visible_on e b W c h i <> th e (visible_field W c h i).

Definition model_h_mean_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (I J : finType)
    (b : J -> R) (W : I -> J -> R) (c : I -> R) (a : J),
  model_h e b W c a =
  \sum_v probV (rbm_weight e b W c) v * th e (hidden_field b W v a).

Definition model_v_mean_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (I J : finType)
    (b : J -> R) (W : I -> J -> R) (c : I -> R) (i : I),
  model_v e b W c i =
  \sum_h probH (rbm_weight e b W c) h * th e (visible_field W c h i).

Definition model_vh_mean_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (I J : finType)
    (b : J -> R) (W : I -> J -> R) (c : I -> R) (i : I) (a : J),
  model_vh e b W c i a =
  \sum_v probV (rbm_weight e b W c) v * (spin R (v i) * th e (hidden_field b W v a)) /\
  model_vh e b W c i a =
  \sum_h probH (rbm_weight e b W c) h * (spin R (h a) * th e (visible_field W c h i)).

Definition data_vh_tanh_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (I J : finType)
    (b : J -> R) (W : I -> J -> R) (c : I -> R) (N : nat)
    (s : 'I_N -> config I) (i : I) (a : J),
  data_vh e (empirical R s) b W c i a =
  (\sum_A spin R (s A i) * th e (hidden_field b W (s A) a)) / N%:R.

Definition data_h_tanh_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (I J : finType)
    (b : J -> R) (W : I -> J -> R) (c : I -> R) (N : nat)
    (s : 'I_N -> config I) (a : J),
  data_h e (empirical R s) b W c a = (\sum_A th e (hidden_field b W (s A) a)) / N%:R.

Definition data_v_mean_statement : Prop :=
  forall (R : realFieldType) (I : finType) (N : nat) (s : 'I_N -> config I) (i : I),
  data_v (empirical R s) i = (\sum_A spin R (s A i)) / N%:R.

(* theories/KLGradient.v *)

Definition is_derive_unique_statement : Prop :=
  forall (R : realFieldType) (f : R -> R) (x l l' : R),
  is_derive f x l -> is_derive f x l' -> l = l'.

Definition kl_gradient_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (V H : finType)
    (E F : V -> H -> R) (q : V -> R),
  V ->
  H ->
  distribution q ->
  (forall (v : V) (h : H), `|F v h| <= 1) ->
  is_derive
    (fun t : R =>
     KL e q (probV (weight_of e (fun (v : V) (h : H) => E v h - t * F v h)))) 0
    (expectVH (weight_of e E) F -
     \sum_v \sum_h q v * condH (weight_of e E) h v * F v h).

Definition kl_gradient_W_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (I J : finType)
    (b : J -> R) (W : I -> J -> R) (c : I -> R) (q : config I -> R),
  distribution q ->
  forall (i : I) (a : J),
  is_derive (fun x : R => KL e q (probV (rbm_weight e b (set_W W i a x) c)))
    (W i a) (model_vh e b W c i a - data_vh e q b W c i a).

Definition kl_gradient_visible_bias_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (I J : finType)
    (b : J -> R) (W : I -> J -> R) (c : I -> R) (q : config I -> R),
  distribution q ->
  forall i : I,
  is_derive (fun x : R => KL e q (probV (rbm_weight e b W (set_at c i x))))
    (c i) (model_v e b W c i - data_v q i).

Definition kl_gradient_hidden_bias_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (I J : finType)
    (b : J -> R) (W : I -> J -> R) (c : I -> R) (q : config I -> R),
  distribution q ->
  forall a : J,
  is_derive (fun x : R => KL e q (probV (rbm_weight e (set_at b a x) W c)))
    (b a) (model_h e b W c a - data_h e q b W c a).

Definition kl_gradient_W_printed_iff_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (I J : finType)
    (b : J -> R) (W : I -> J -> R) (c : I -> R) (q : config I -> R),
  distribution q ->
  forall (i : I) (a : J),
  is_derive (fun x : R => KL e q (probV (rbm_weight e b (set_W W i a x) c)))
    (W i a) (data_vh e q b W c i a - model_vh e b W c i a) <->
  data_vh e q b W c i a = model_vh e b W c i a.

Definition kl_gradient_visible_bias_printed_iff_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (I J : finType)
    (b : J -> R) (W : I -> J -> R) (c : I -> R) (q : config I -> R),
  distribution q ->
  forall i : I,
  is_derive (fun x : R => KL e q (probV (rbm_weight e b W (set_at c i x))))
    (c i) (data_v q i - model_v e b W c i) <-> data_v q i = model_v e b W c i.

Definition kl_gradient_hidden_bias_printed_iff_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (I J : finType)
    (b : J -> R) (W : I -> J -> R) (c : I -> R) (q : config I -> R),
  distribution q ->
  forall a : J,
  is_derive (fun x : R => KL e q (probV (rbm_weight e (set_at b a x) W c)))
    (b a) (data_h e q b W c a - model_h e b W c a) <->
  data_h e q b W c a = model_h e b W c a.

(* theories/Cumulants.v *)

Definition cumulants_unique_statement : Prop :=
  forall (R : realFieldType) (mu kappa kappa' : nat -> R),
  mu 0%N = 1 ->
  cumulants_of mu kappa ->
  cumulants_of mu kappa' -> forall n : nat, kappa n.+1 = kappa' n.+1.

Definition moments_unique_statement : Prop :=
  forall (R : realFieldType) (mu mu' kappa : nat -> R),
  mu 0%N = mu' 0%N ->
  cumulants_of mu kappa -> cumulants_of mu' kappa -> forall n : nat, mu n = mu' n.

Definition cumulants_scale_statement : Prop :=
  forall (R : realFieldType) (mu kappa : nat -> R) (c : R),
  cumulants_of mu kappa ->
  cumulants_of (fun n : nat => c ^+ n * mu n) (fun n : nat => c ^+ n * kappa n).

Definition first_cumulants_statement : Prop :=
  forall (R : realFieldType) (mu kappa : nat -> R),
  mu 0%N = 1 ->
  cumulants_of mu kappa -> kappa 1%N = mu 1%N /\ kappa 2%N = mu 2%N - mu 1%N ^+ 2.

Definition gaussian_cumulants_iff_statement : Prop :=
  forall (R : realFieldType) (mu kappa : nat -> R),
  mu 0%N = 1 ->
  cumulants_of mu kappa ->
  (forall n : nat, kappa n.+3 = 0) <->
  (forall n : nat, mu n.+2 = kappa 1%N * mu n.+1 + n.+1%:R * kappa 2%N * mu n).

Definition cumulants_series_statement : Prop :=
  forall (R : realFieldType) (mu kappa : nat -> R) (N n : nat),
  (n < N)%N ->
  cumulants_of mu kappa ->
  ((moment_poly mu N)^`())`_n = ((cumulant_poly kappa N)^`() * moment_poly mu N)`_n.

(* theories/counterexamples/MehtaSchwabFails.v *)

Definition eq61_zero_without_unit_sum_statement : Prop :=
  forall (R : realFieldType) (e : exponential R),
  exists (T : bool -> unit -> R) (Hv : bool -> R), eq61 e T Hv = 0 /\ ~ unit_sum e T.

Definition eq61_takes_every_value_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (V H : finType) (Hv : V -> R) (x : R),
  V -> H -> exists T : V -> H -> R, eq61 e T Hv = x.

Definition eq61_negative_statement : Prop :=
  forall (R : realFieldType) (e : exponential R),
  exists (T : bool -> bool -> R) (Hv : bool -> R), eq61 e T Hv < 0.

Definition rg_printed_sign_fails_statement : Prop :=
  forall (R : realFieldType) (e : exponential R),
  exists (E : bool -> unit -> R) (Hv : bool -> R) (h : unit),
    H_RG_printed e (T_of E Hv) Hv h <> H_RBM_hidden e E h.

Definition eq61_plus_sign_fails_statement : Prop :=
  forall (R : realFieldType) (e : exponential R),
  exists (T : bool -> unit -> R) (Hv : bool -> R),
    unit_sum e T /\ ln e (\sum_v e (- Hv v)) - ln e (\sum_h e (H_RG e T Hv h)) <> 0.

Definition effective_hamiltonian_without_minus_fails_statement : Prop :=
  forall (R : realFieldType) (e : exponential R),
  exists (U : bool -> unit -> R) (Hv : bool -> R),
    (forall v : bool, \sum_h e (- U v h) = 1) /\
    partition e Hv <> \sum_h e (- ln e (\sum_v e (- U v h) * e (- Hv v))).

Definition layer_free_energies_printed_fail_statement : Prop :=
  forall (R : realFieldType) (e : exponential R),
  exists (T : bool -> unit -> R) (Hv : bool -> R),
    unit_sum e T /\
    (forall h : unit,
     - ln e (\sum_(v : bool) e (H_RG e T Hv h)) <> free_energy e (H_RG e T Hv) /\
     - ln e (\sum_(v : bool) e (- H_RG e T Hv h)) <> free_energy e Hv).

Definition joint_hamiltonian_minus_fails_statement : Prop :=
  forall (R : realFieldType) (e : exponential R),
  exists (U : unit -> bool -> R) (Hv : unit -> R),
    (forall v : unit, \sum_h e (- U v h) = 1) /\
    ~
    (forall v : unit,
     Hv v =
     H_RBM_visible e (fun (v0 : unit) (h : bool) => Hv v0 - U v0 h) v).

(* theories/counterexamples/GaussianFails.v *)

Definition zz_without_half_fails_statement : Prop :=
  forall R : realFieldType,
  exists (z : 'cV[R]_1),
    - 1 * dbm_energy (0 : 'cV[R]_1) (0 : 'M_(1, 1)) 0 0 0 z
    <> - 1 * (- dot (0 : 'cV[R]_1) 0 + 1 / 2 * dot (0 : 'cV[R]_1) 0
              - form (0 : 'cV[R]_1) (0 : 'M_(1, 1)) 0)
       + (- 1 * dot z z + 1 * form (0 : 'cV[R]_1) (0 : 'M_(1, 1)) z).

Definition B2_index_order_fails_statement : Prop :=
  forall R : realFieldType,
  exists B : 'M[R]_2, B *m B <> B2 B.

Definition f_printed_fails_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (tau : R),
  0 < tau ->
  exists (p : nat) (beta : R), 0 < beta /\
  f_printed p e tau beta <> f_right p e tau beta.

Definition q_printed_fails_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (tau : R),
  0 < tau ->
  exists (p : nat) (beta : R), 0 < beta /\
  K_z_printed e tau beta (0 : 'cV[R]_p) <> 1 / (2 * beta) * dot (0 : 'cV[R]_p) 0.

Definition ham_xy_without_coupling_fails_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (tau : R),
  0 < tau ->
  exists (x : 'cV[R]_1) (A : 'M[R]_1) (y : 'cV[R]_1),
  ham_xy e tau 1 0 A (0 : 'M_1) x y
  <> f_right 1 e tau 1 - dot 0 x + 1 / 2 * dot y y
     - 1 / 1 * K_z e tau 1 (1 *: ((0 : 'M[R]_1)^T *m y)).

Definition one_minus_det_fails_statement : Prop :=
  forall R : realFieldType,
  exists B : 'M[R]_2, 0 < \det (1%:M - B2 B) /\ 1 - \det (B2 B) <> \det (1%:M - B2 B).

Definition g_printed18_determinant_fails_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (tau : R),
  0 < tau ->
  exists B : 'M[R]_2, g_printed18 e tau 1 B <> g_right e tau 1 B.

Definition g_printed18_power_fails_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (tau : R),
  0 < tau ->
  exists beta : R, 0 < beta /\
    g_printed18 e tau beta (0 : 'M[R]_2) <> g_right e tau beta (0 : 'M[R]_2).

Definition g_printed18_one_unit_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (tau beta : R) (B : 'cV[R]_1),
  g_printed18 e tau beta B = g_right e tau beta B.

Definition g_printed22_fails_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (tau : R),
  0 < tau ->
  exists beta : R, 0 < beta /\ tau <> beta /\
    g_printed22 e tau beta (0 : 'M[R]_1) <> g_right e tau beta (0 : 'M[R]_1).

Definition ham_x_plus_sign_fails_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (tau : R),
  0 < tau ->
  exists A : 'M[R]_(2, 1), forall c : R,
    ~ (forall s : config [finType of 'I_2],
        ham_x e tau 1 0 A (0 : 'M[R]_1) (\col_i spin R (s i))
        = c - dot 0 (\col_i spin R (s i))
          + 1 / 2 * form (\col_i spin R (s i)) (A2 A (0 : 'M[R]_1)) (\col_i spin R (s i))).

(* theories/counterexamples/BlockFails.v *)

Definition block_full_marginal_fails_statement : Prop :=
  forall (R : realFieldType) (e : exponential R),
  exists (q : unit -> bool -> bool -> R) (K1 : {ffun unit -> bool} -> R) x',
    stochastic (q tt) /\
    blk_weight e (fun _ _ => 0) q K1 x'
    <> blk_Z0 e (fun (_ : unit) (_ : bool) => 0) * blk_p e (fun _ _ => 0) q K1 x'
       * blk_mean0 e (fun _ _ => 0) q (fun x => e (K1 x)) x'.

Definition block_Zb_product_fails_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (K : R),
  K != 0 ->
  \sum_s \sum_t e (K * spin R s * spin R t)
  <> (\sum_(s : bool) e 0) * (\sum_(t : bool) e 0).

(* theories/counterexamples/RbmFails.v *)

Definition model_h_printed_fails_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (I J : finType) 
    (b : J -> R) (c : I -> R) (a : J),
  (0 < #|I|)%N -> b a != 0 ->
  model_h e b (fun _ _ => 0) c a
  <> \sum_(v : config I) th e (hidden_field b (fun _ _ => 0) v a).

Definition model_v_printed_fails_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (I J : finType) 
    (b : J -> R) (c : I -> R) (i : I),
  (0 < #|J|)%N -> c i != 0 ->
  model_v e b (fun _ _ => 0) c i
  <> \sum_(h : config J) th e (visible_field (fun _ _ => 0) c h i).

Definition model_vh_printed_fails_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (I J : finType) 
    (b : J -> R) (c : I -> R) (i : I) (a : J),
  b a != 0 -> c i != 0 ->
  model_vh e b (fun _ _ => 0) c i a
  <> \sum_(v : config I) \sum_(h : config J)
       th e (hidden_field b (fun _ _ => 0) v a) * th e (visible_field (fun _ _ => 0) c h i).

Definition model_vh_tanh_tanh_fails_statement : Prop :=
  forall (R : realFieldType) (e : exponential R) (K : R),
  K != 0 ->
  let W := fun (_ _ : unit) => K in let z := fun _ : unit => 0 in
  model_vh e z W z tt tt
  <> expectVH (rbm_weight e z W z)
       (fun v h => th e (hidden_field z W v tt) * th e (visible_field W z h tt)).

(* theories/RealInstance.v *)

Definition real_exponential_is_exp_statement : Prop :=
  (forall x : Rdefinitions.R, real_exponential x = Rtrigo_def.exp x) /\
  (forall x : Rdefinitions.R, ln real_exponential x = Rpower.ln x).
