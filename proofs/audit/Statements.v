(* The statements of all theorems that proofs/README.md names, and nothing else. *)
(* Each block is one definition of a proposition; audit/Axioms.v checks that the *)
(* theorem of that name proves it.  Blocks begin at the start of a line and end  *)
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

(* theories/RealInstance.v *)

Definition real_exponential_is_exp_statement : Prop :=
  (forall x : Rdefinitions.R, real_exponential x = Rtrigo_def.exp x) /\
  (forall x : Rdefinitions.R, ln real_exponential x = Rpower.ln x).
